using System.Globalization;
using Serverless.Benchmarks.Serving;

namespace Serverless.Benchmarks.Telemetry;

/// <summary>
/// What metrics and tracing cost a request over HTTP: two servers on one core, in turn, one with neither, one that counts and exports traces, metrics and logs by OTLP to a
/// collector in this process, which answers and forgets. At the default share of traces, and with every request traced.
/// </summary>
internal static class TracingBenchmark
{
    private static readonly (int Connections, int Rows)[] Loads = [(16, 1), (16, 100)];
    private static readonly string?[] Ratios = [null, "1"];
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(string[] args)
    {
        var pairs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 21;
        var length = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 1.5);
        Console.WriteLine($"{pairs} pairs of {length.TotalSeconds:0.#} s; median [95 % interval of the median]");
        Console.WriteLine("| traces | connections | rows | CPU µs a request, off | on / off | requests/s, on / off | more bytes a request |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        await using var collector = await Collector.StartAsync();
        await using var suite = await Suite.StartAsync(serverCore: 0);
        await suite.RegisterAsync("iris_lr");
        using var off = await Suite.StartServerAsync(suite.Storage, 0, new Dictionary<string, string> { ["Telemetry__Metrics"] = "false" });
        foreach (var ratio in Ratios)
        {
            using var on = await Suite.StartServerAsync(suite.Storage, 0, Exporting(collector.Urls.First(), ratio));
            foreach (var (connections, rows) in Loads)
                Console.WriteLine($"| {ratio ?? "default"} | {connections} | {rows} | {await CompareAsync(off, on, connections, rows, pairs, length)} |");
        }
    }

    private static Dictionary<string, string> Exporting(string collector, string? ratio)
    {
        var settings = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" };
        if (ratio is not null) settings["Tracing__RequestRatio"] = ratio;
        return settings;
    }

    private static async Task<string> CompareAsync(ServerProcess off, ServerProcess on, int connections, int rows, int pairs, TimeSpan length)
    {
        Task<Round> One(ServerProcess server) => MeasureAsync(server, LoadGenerator.Post("/v2/models/iris_lr/infer", server.Url.Authority, Requests.Infer(rows)), connections, length);
        for (var warm = TimeSpan.Zero; warm < WarmUp; warm += 2 * length)
        {
            await One(off);
            await One(on);
        }
        List<Round> with = [], without = [];
        for (var pair = 0; pair < pairs; pair++)
        {
            if (pair % 2 == 0) with.Add(await One(on));
            without.Add(await One(off));
            if (pair % 2 == 1) with.Add(await One(on));
        }
        string Ratio(Func<Round, double> figure) => Spread.Interval(with.Zip(without, (x, y) => figure(x) / figure(y)), "0.000");
        return $"{Spread.Interval(without.Select(one => one.Microseconds), "0.0")} | {Ratio(one => one.Microseconds)} | {Ratio(one => one.PerSecond)} | {Spread.Interval(with.Zip(without, (x, y) => x.Bytes - y.Bytes), "0")}";
    }

    private static async Task<Round> MeasureAsync(ServerProcess server, byte[] request, int connections, TimeSpan length)
    {
        var (cpu, bytes) = (server.CpuTime, server.AllocatedBytes());
        var load = await LoadGenerator.RunAsync(server.EndPoint, request, connections, length);
        return new(load.PerSecond, (server.CpuTime - cpu).TotalMicroseconds / load.Requests, (server.AllocatedBytes() - bytes) / (double)load.Requests);
    }

    private readonly record struct Round(double PerSecond, double Microseconds, double Bytes);
}
