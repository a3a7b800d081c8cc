using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Serverless.Benchmarks.Serving;

/// <summary>
/// What a shadow of every request costs callers: two models of the same two files in one server on one core, one with a shadow as heavy as its champion,
/// one without, in turn. The load is a share of what the server can do without a shadow, at random times; then as much as there is room for.
/// </summary>
internal static class ShadowBenchmark
{
    private const int Connections = 16;
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(string[] args)
    {
        var pairs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 21;
        var length = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 3);
        double[] shares = args.Length > 2 ? [double.Parse(args[2], CultureInfo.InvariantCulture)] : [0.2, 0.35, 1];
        int[] sizes = args.Length > 3 ? [int.Parse(args[3], CultureInfo.InvariantCulture)] : [1, 100];
        Console.WriteLine($"{pairs} pairs of {length.TotalSeconds:0.#} s; iris_rf100, {Connections} connections; median [95 % interval of the median]");
        Console.WriteLine("| rows | load | requests/s, alone | followed / alone | p50 µs, alone | followed / alone | p95 µs, alone | followed / alone | p99 µs, alone | followed / alone | shadows run a request | dropped |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        await using var suite = await Suite.StartAsync(serverCore: Cores.Server, settings: OneProcess.CompiledOnce.Concat(Suite.WithoutScans).ToDictionary());
        await suite.HoldStorageBackAsync();
        using var http = new HttpClient { BaseAddress = suite.Server.Url };
        await suite.RegisterTwiceAsync("iris_rf100", "followed", followed: true);
        await suite.RegisterTwiceAsync("iris_rf100", "alone", followed: false);
        foreach (var rows in sizes)
        {
            var most = await CapacityAsync(suite.Server, rows);
            foreach (var share in shares) Console.WriteLine(await CompareAsync(suite.Server, http, rows, share, share < 1 ? share * most : double.PositiveInfinity, pairs, length));
        }
    }

    private static async Task<double> CapacityAsync(ServerProcess server, int rows)
    {
        foreach (var model in (string[])["followed", "alone"]) await server.WarmAsync(() => OneAsync(server, model, rows, double.PositiveInfinity, Warming));
        return (await OneAsync(server, "alone", rows, double.PositiveInfinity, 2 * Warming)).PerSecond;
    }

    private static Task<Load> OneAsync(ServerProcess server, string model, int rows, double perSecond, TimeSpan length) =>
        LoadGenerator.RunAsync(server.EndPoint, LoadGenerator.Post($"/v2/models/{model}/infer", server.Url.Authority, Requests.Infer(rows)), Connections, length, perSecond);

    private static async Task<string> CompareAsync(ServerProcess server, HttpClient http, int rows, double share, double perSecond, int pairs, TimeSpan length)
    {
        List<Load> followed = [], alone = [];
        // A server that is busy drops shadows: only now is the code compiled that they run.
        await server.WarmAsync(() => FollowedAsync(server, http, rows, perSecond, Warming));
        var before = await ShadowsAsync(http);
        for (var pair = 0; pair < pairs; pair++)
        {
            if (pair % 2 == 0) followed.Add(await FollowedAsync(server, http, rows, perSecond, length));
            alone.Add(await OneAsync(server, "alone", rows, perSecond, length));
            if (pair % 2 == 1) followed.Add(await FollowedAsync(server, http, rows, perSecond, length));
        }
        var after = await ShadowsAsync(http);
        double Asked() => followed.Sum(one => (double)one.Requests);
        string Figure(Func<Load, double> figure, string format) => $"{Spread.Interval(alone.Select(figure), format)} | {Spread.Interval(followed.Zip(alone, (x, y) => figure(x) / figure(y)), "0.000")}";
        return string.Create(CultureInfo.InvariantCulture,
            $"| {rows} | {share:0 %} | {Figure(one => one.PerSecond, "0")} | {Figure(one => one.Percentile(0.5), "0")} | {Figure(one => one.Percentile(0.95), "0")} | {Figure(one => one.Percentile(0.99), "0")} | {(after.Run - before.Run) / Asked():0.000} | {(after.Dropped - before.Dropped) / Asked():0.000} |");
    }

    // Until no shadow waits: the next round must not pay for this one's.
    private static async Task<Load> FollowedAsync(ServerProcess server, HttpClient http, int rows, double perSecond, TimeSpan length)
    {
        var load = await OneAsync(server, "followed", rows, perSecond, length);
        while ((await ShadowsAsync(http)).Queued > 0) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        return load;
    }

    private static async Task<(long Queued, long Run, long Dropped)> ShadowsAsync(HttpClient http)
    {
        var shadows = (await http.GetFromJsonAsync<JsonElement>("/health")).GetProperty("shadows");
        return (shadows.GetProperty("queued").GetInt64(), shadows.GetProperty("run").GetInt64(), shadows.GetProperty("dropped").EnumerateObject().Sum(reason => reason.Value.GetInt64()));
    }
}
