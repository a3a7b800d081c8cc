using System.Globalization;

namespace Serverless.Benchmarks.Serving;

/// <summary>
/// (a) the raw <c>Run</c> loop, (b) the bare server, (c) the suite: the same model, the same request, in turn, the server on one core
/// and the client on the other. Prints requests a second, the ratio (c)/(b) round by round, and what a request allocates.
/// </summary>
internal static class ServingBenchmark
{
    private static readonly (int Connections, int Rows)[] Loads = [(16, 1), (64, 1), (16, 100), (64, 100)];

    public static async Task RunAsync(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 7;
        var length = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 2);
        Console.WriteLine($"{rounds} rounds of {length.TotalSeconds:0.#} s each; median (lowest–highest)");
        Console.WriteLine("| model | connections | rows | (a) raw runs/s | (b) bare requests/s | (c) suite requests/s | (c)/(b) | p50 µs (b) | p50 µs (c) | bytes a request (b) | (c) | more |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        await using var suite = await Suite.StartAsync(serverCore: Cores.Server);
        foreach (var model in (string[])["iris_lr", "iris_rf100"])
        {
            await suite.RegisterAsync(model);
            // What the log costs has a benchmark of its own, for it writes to a storage that has to share these cores.
            await suite.StopLoggingAsync(model);
            using var bare = await StartBareAsync(model);
            foreach (var (connections, rows) in Loads)
                Console.WriteLine(await CompareAsync(suite, bare, model, connections, rows, rounds, length));
        }
    }

    private static Task<ServerProcess> StartBareAsync(string model) => ServerProcess.StartAsync(
        typeof(ServingBenchmark).Assembly.Location, ["bare-server", TestData.Model(model), "--urls", "http://127.0.0.1:0"],
        new Dictionary<string, string>(), cores: Cores.Server);

    private static async Task<string> CompareAsync(Suite suite, ServerProcess bare, string model, int connections, int rows, int rounds, TimeSpan length)
    {
        var body = Requests.Infer(rows);
        var toBare = LoadGenerator.Post($"/v2/models/{model}/infer", bare.Url.Authority, body);
        var toSuite = LoadGenerator.Post($"/v2/models/{model}/infer", suite.Server.Url.Authority, body);
        await bare.WarmAsync(() => LoadGenerator.RunAsync(bare.EndPoint, toBare, connections, length));
        await suite.Server.WarmAsync(() => LoadGenerator.RunAsync(suite.Server.EndPoint, toSuite, connections, length));

        List<Measured> b = [], c = [];
        for (var round = 0; round < rounds; round++)
        {
            // In turn, and in turn who is first, so that a machine that slows down slows both.
            if (round % 2 == 0) b.Add(await MeasureAsync(bare, toBare, connections, length));
            c.Add(await MeasureAsync(suite.Server, toSuite, connections, length));
            if (round % 2 == 1) b.Add(await MeasureAsync(bare, toBare, connections, length));
        }

        var raw = RawRun.RunsPerSecond(TestData.Model(model), rows, TimeSpan.FromSeconds(1));
        return string.Create(CultureInfo.InvariantCulture,
            $"| {model} | {connections} | {rows} | {raw:0} | {Show(b, one => one.PerSecond, "0")} | {Show(c, one => one.PerSecond, "0")} | {Spread.Of(b.Zip(c, (x, y) => y.PerSecond / x.PerSecond)).Show("0.00")} | {Show(b, one => one.P50, "0")} | {Show(c, one => one.P50, "0")} | {Show(b, one => one.Bytes, "0")} | {Show(c, one => one.Bytes, "0")} | {Spread.Of(b.Zip(c, (x, y) => y.Bytes - x.Bytes)).Show("0")} |");
    }

    private static string Show(List<Measured> rounds, Func<Measured, double> figure, string format) => Spread.Of(rounds.Select(figure)).Show(format);

    private static async Task<Measured> MeasureAsync(ServerProcess server, byte[] request, int connections, TimeSpan length)
    {
        var before = server.AllocatedBytes();
        var load = await LoadGenerator.RunAsync(server.EndPoint, request, connections, length);
        var after = server.AllocatedBytes();
        return new(load.PerSecond, load.Percentile(0.5), (after - before) / (double)load.Requests);
    }

    private readonly record struct Measured(double PerSecond, double P50, double Bytes);
}
