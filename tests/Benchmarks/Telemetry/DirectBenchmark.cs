using System.Globalization;
using Microsoft.AspNetCore.Http;
using Serverless.Hosting.Azurite;

namespace Serverless.Benchmarks.Telemetry;

/// <summary>
/// What metrics and traces cost a request where nothing of the kernel's and little of the machine's other work is measured: one process on one core, the application
/// started anew for each round with a feature and without it, in turn. All code is compiled once, at its best, before it runs, so that both run the same. CPU time is the
/// whole process's. A request over HTTP takes about twice the time, of which the same cost is half the share.
/// </summary>
internal static class DirectBenchmark
{
    private const string Path = "/v2/models/iris_lr/infer";
    private const int WarmUp = 5_000;
    private const int Requests = 30_000;

    private static readonly Dictionary<string, string> Runtime = new(TelemetrySettings.CompiledOnce) { ["DOTNET_GCgen0size"] = "0x2000000" };

    public static async Task RunAsync(string[] args)
    {
        if (await OneProcess.RestartedAsync(Runtime, "direct", args)) return;
        var pairs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 41;
        await using var azurite = await AzuriteServer.StartAsync(new AzuriteOptions(), TimeProvider.System, CancellationToken.None);
        using var collector = await ServerProcess.StartAsync(typeof(DirectBenchmark).Assembly.Location, ["collector"], new Dictionary<string, string>(), null);
        OneProcess.Pin(0);
        await RegisterAsync(azurite.ConnectionString);
        Console.WriteLine($"{pairs} pairs of {Requests} requests of one row; median [95 % interval of the median]");
        Console.WriteLine("| what | CPU µs a request, without | with / without | more bytes a request |");
        Console.WriteLine("| --- | --- | --- | --- |");
        var (none, all) = (TelemetrySettings.None, TelemetrySettings.All(collector.Url));
        Dictionary<string, string> Only(string signal) => new(signal == "METRICS" ? all : all.Concat(none))
        {
            [$"OTEL_{(signal == "TRACES" ? "LOGS" : "TRACES")}_EXPORTER"] = "none", [$"OTEL_{(signal == "METRICS" ? "LOGS" : "METRICS")}_EXPORTER"] = "none",
        };
        (string What, Dictionary<string, string> With)[] compared =
        [
            ("nothing (the same twice)", none), ("metrics", TelemetrySettings.Metrics), ("metrics, exported by OTLP", Only("METRICS")), ("logs, exported", Only("LOGS")),
            ("traces, exported, five requests a second", Only("TRACES")), ("all three", all), ("all three, every request traced", new(all) { ["Tracing__RequestsPerSecond"] = "1000000" }),
        ];
        foreach (var (what, with) in compared) Console.WriteLine(await CompareAsync(what, azurite.ConnectionString, none, with, pairs));
    }

    private static async Task RegisterAsync(string storage)
    {
        using var app = await DirectApp.StartAsync(storage, new Dictionary<string, string>());
        using var answer = new MemoryStream();
        if (await app.SendAsync("POST", "/models/iris_lr/versions", "application/octet-stream", await File.ReadAllBytesAsync(TestData.Model("iris_lr")), answer) != StatusCodes.Status201Created)
            throw new InvalidOperationException(System.Text.Encoding.UTF8.GetString(answer.ToArray()));
    }

    private static async Task<string> CompareAsync(string what, string storage, Dictionary<string, string> without, Dictionary<string, string> with, int pairs)
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
        return $"| {what} | {Spread.Interval(rounds.Select(round => round.Second.Microseconds), "0.00")} | {Spread.Interval(rounds.Select(round => round.First.Microseconds / round.Second.Microseconds), "0.000")} | {Spread.Interval(rounds.Select(round => round.First.Bytes - round.Second.Bytes), "0")} |";
    }

    private static async Task<(double Microseconds, double Bytes)> MeasureAsync(string storage, Dictionary<string, string> settings)
    {
        using var app = await DirectApp.StartAsync(storage, settings);
        var body = System.Text.Encoding.UTF8.GetBytes(Serving.Requests.Infer(1));
        await SendAsync(app, body, WarmUp);
        GC.Collect();
        var (cpu, bytes) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
        await SendAsync(app, body, Requests);
        return ((Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / Requests, (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)Requests);
    }

    private static async Task SendAsync(DirectApp app, byte[] body, int requests)
    {
        for (var request = 0; request < requests; request++)
            if (await app.SendAsync("POST", Path, "application/json", body) != StatusCodes.Status200OK) throw new InvalidOperationException("A prediction failed.");
    }
}
