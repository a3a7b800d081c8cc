using System.Globalization;
using Microsoft.AspNetCore.Http;
using Serverless.Benchmarks.Telemetry;

namespace Serverless.Benchmarks.Serving;

/// <summary>
/// What telemetry and the prediction log cost a request where little of the kernel's and of the machine's other work is measured: one process on one core, the application
/// started anew for each round with a feature and without it, in turn. All code is compiled once, at its best, before it runs, so that both run the same. CPU time is the
/// whole process's, until the last row is durable. A request over HTTP takes about twice the time, of which the same cost is half the share.
/// </summary>
internal static class DirectBenchmark
{
    private const int Requests = 30_000;
    private const int RequestsOfManyRows = 5_000;

    private static readonly Dictionary<string, string> Runtime = new(OneProcess.Settings) { ["DOTNET_GCgen0size"] = "0x2000000" };

    public static async Task RunAsync(string[] args)
    {
        if (await OneProcess.RestartedAsync(Runtime, "direct", args)) return;
        var pairs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 41;
        await using var azurite = await OneProcess.StartStorageAsync();
        using var collector = await ServerProcess.StartAsync(typeof(DirectBenchmark).Assembly.Location, ["collector"], new Dictionary<string, string>(), Cores.Others);
        var (none, all) = (TelemetrySettings.None, TelemetrySettings.All(collector.Url));
        using (var app = await HostedApp.StartAsync(azurite.ConnectionString, none)) await Side.RegisterAsync(app.Url);
        Console.WriteLine($"{pairs} pairs of {Requests} requests, of {RequestsOfManyRows} where they have 100 rows; median [95 % interval of the median]");
        Console.WriteLine("| what | rows | CPU µs a request, without | with / without | more bytes a request |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        Dictionary<string, string> Only(string signal) => new(signal == "METRICS" ? all : all.Concat(none))
        {
            [$"OTEL_{(signal == "TRACES" ? "LOGS" : "TRACES")}_EXPORTER"] = "none", [$"OTEL_{(signal == "METRICS" ? "LOGS" : "METRICS")}_EXPORTER"] = "none",
        };
        (string What, Side Without, Side With)[] compared =
        [
            ("nothing (the same twice)", new(none), new(none)), ("metrics", new(none), new(TelemetrySettings.Metrics)), ("metrics, exported by OTLP", new(none), new(Only("METRICS"))),
            ("logs, exported", new(none), new(Only("LOGS"))), ("traces, exported, five requests a second", new(none), new(Only("TRACES"))), ("all three", new(none), new(all)),
            ("all three, every request traced", new(none), new(new Dictionary<string, string>(all) { ["Tracing__RequestsPerSecond"] = "1000000" })),
            ("the prediction log", new(none, Side.Unlogged), new(none)), ("the prediction log", new(none, Side.Unlogged, 100), new(none, Side.Logged, 100)),
        ];
        foreach (var (what, without, with) in compared.Where(one => Asked.For(one.What, args)))
            Console.WriteLine($"| {what} | {with.Rows} | {await CompareAsync(azurite.ConnectionString, without, with, pairs)} |");
    }

    private static async Task<string> CompareAsync(string storage, Side without, Side with, int pairs)
    {
        List<(double Microseconds, double Bytes)> on = [], off = [];
        // The first pair compiles.
        for (var pair = -1; pair < pairs; pair++)
        {
            if (pair % 2 == 0) on.Add(await MeasureAsync(storage, with));
            off.Add(await MeasureAsync(storage, without));
            if (on.Count < off.Count) on.Add(await MeasureAsync(storage, with));
        }
        var rounds = on.Zip(off).Skip(1).ToArray();
        return $"{Spread.Interval(rounds.Select(round => round.Second.Microseconds), "0.00")} | {Spread.Interval(rounds.Select(round => round.First.Microseconds / round.Second.Microseconds), "0.000")} | {Spread.Interval(rounds.Select(round => round.First.Bytes - round.Second.Bytes), "0")}";
    }

    private static async Task<(double Microseconds, double Bytes)> MeasureAsync(string storage, Side side)
    {
        using var app = await DirectApp.StartAsync(storage, side.AllSettings);
        var (path, body) = ($"/v2/models/{side.Model}/infer", System.Text.Encoding.UTF8.GetBytes(Serving.Requests.Infer(side.Rows)));
        var requests = side.Rows == 1 ? Requests : RequestsOfManyRows;
        await SendAsync(app, path, body, requests / 6);
        GC.Collect();
        var (cpu, bytes) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
        await SendAsync(app, path, body, requests);
        return ((Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / requests, (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)requests);
    }

    private static async Task SendAsync(DirectApp app, string path, byte[] body, int requests)
    {
        for (var request = 0; request < requests; request++)
            if (await app.SendAsync("POST", path, "application/json", body) != StatusCodes.Status200OK) throw new InvalidOperationException("A prediction failed.");
        await app.FlushAsync();
    }
}
