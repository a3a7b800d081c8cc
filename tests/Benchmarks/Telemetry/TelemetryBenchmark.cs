using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Benchmarks.Serving;
using Serverless.Hosting.Azurite;
using Serverless.Services.Predictions;

namespace Serverless.Benchmarks.Telemetry;

/// <summary>
/// What a request over HTTP pays for being measured: Kestrel and the application on one core, started anew in one process for each slice, so that all run the same compiled
/// code, with a feature and without it in turn; slices are shorter than what a shared machine's speed takes to change. What sends the requests is another process. A slice's
/// CPU time runs until its last row is durable. Then, how long a scrape takes with many models.
/// </summary>
internal static class TelemetryBenchmark
{
    private const int Models = 200;
    private const int Scrapes = 21;
    private const int Slices = 10;

    private static readonly int[] Connections = [16, 64];

    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(300);

    public static async Task RunAsync(string[] args)
    {
        if (await OneProcess.RestartedAsync(TelemetrySettings.CompiledOnce, "telemetry", args))
        {
            Console.WriteLine(await ScrapeAsync());
            return;
        }
        var pairs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 21;
        await using var azurite = await AzuriteServer.StartAsync(new AzuriteOptions(), TimeProvider.System, CancellationToken.None);
        using var collector = await ServerProcess.StartAsync(typeof(TelemetryBenchmark).Assembly.Location, ["collector"], new Dictionary<string, string>(), null);
        using var load = LoadProcess.Start();
        OneProcess.Pin(0);
        using (var app = await HostedApp.StartAsync(azurite.ConnectionString, TelemetrySettings.None)) await Suite.RegisterAsync(app.Url, "iris_lr");
        (string What, Dictionary<string, string> With)[] compared =
            [("nothing (the same twice)", TelemetrySettings.None), ("metrics", TelemetrySettings.Metrics), ("metrics, logs and traces, exported by OTLP", TelemetrySettings.All(collector.Url))];
        Console.WriteLine($"{pairs} pairs of {Slices} slices of {Slice.TotalMilliseconds} ms, requests of one row; median [95 % interval of the median]");
        Console.WriteLine("| what | connections | requests/s, without | with / without | CPU µs a request, without | with / without | more bytes a request |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (what, with) in compared.Where(one => Asked.For(one.What, args)))
            foreach (var connections in Connections)
                Console.WriteLine($"| {what} | {connections} | {await CompareAsync(azurite.ConnectionString, load, with, connections, pairs)} |");
    }

    private static async Task<string> CompareAsync(string storage, LoadProcess load, Dictionary<string, string> with, int connections, int pairs)
    {
        var rounds = new List<(Round On, Round Off)>();
        // The first pair compiles.
        for (var pair = -1; pair < pairs; pair++) rounds.Add(await PairAsync(storage, load, with, connections));
        rounds.RemoveAt(0);
        string Figures(Func<Round, double> figure, string format) =>
            $"{Spread.Interval(rounds.Select(round => figure(round.Off)), format)} | {Spread.Interval(rounds.Select(round => figure(round.On) / figure(round.Off)), "0.000")}";
        return $"{Figures(one => one.PerSecond, "0")} | {Figures(one => one.Microseconds, "0.0")} | {Spread.Interval(rounds.Select(round => round.On.Bytes - round.Off.Bytes), "0")}";
    }

    private static async Task<(Round On, Round Off)> PairAsync(string storage, LoadProcess load, Dictionary<string, string> with, int connections)
    {
        var (on, off) = (new Round(), new Round());
        for (var slice = 0; slice < Slices; slice++)
        {
            if (slice % 2 == 0) on += await MeasureAsync(storage, with, load, connections);
            off += await MeasureAsync(storage, TelemetrySettings.None, load, connections);
            if (slice % 2 != 0) on += await MeasureAsync(storage, with, load, connections);
        }
        return (on, off);
    }

    private static async Task<Round> MeasureAsync(string storage, Dictionary<string, string> settings, LoadProcess load, int connections)
    {
        using var app = await HostedApp.StartAsync(storage, settings);
        await load.RunAsync(app.Url, connections, WarmUp);
        var log = app.Services.GetRequiredService<PredictionLog>();
        await log.FlushAsync(CancellationToken.None);
        GC.Collect();
        var (cpu, bytes) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
        var (requests, seconds) = await load.RunAsync(app.Url, connections, Slice);
        await log.FlushAsync(CancellationToken.None);
        return new(requests, seconds, Environment.CpuUsage.TotalTime - cpu, GC.GetTotalAllocatedBytes(precise: true) - bytes);
    }

    private static async Task<string> ScrapeAsync()
    {
        await using var suite = await Suite.StartAsync(serverCore: 0);
        using var http = new HttpClient { BaseAddress = suite.Server.Url };
        for (var model = 0; model < Models; model++)
        {
            await suite.RegisterAsync("iris_lr", $"model-{model}");
            foreach (var path in (string[])[$"/v2/models/model-{model}/infer", $"/v2/models/model-{model}/versions/1/infer"])
                (await http.PostAsync(path, new StringContent(Requests.Infer(1), System.Text.Encoding.UTF8, "application/json"))).EnsureSuccessStatusCode();
        }
        var (page, times, cpu) = ("", new List<double>(), suite.Server.CpuTime);
        for (var scrape = 0; scrape < Scrapes; scrape++)
        {
            var clock = Stopwatch.StartNew();
            page = await http.GetStringAsync("/metrics");
            times.Add(clock.Elapsed.TotalMilliseconds);
        }
        var spent = (suite.Server.CpuTime - cpu).TotalMilliseconds / Scrapes;
        return string.Create(CultureInfo.InvariantCulture,
            $"A scrape of {Models} models, two variants each: {Spread.Interval(times, "0.0")} ms ({Spread.Of(times).Show("0.0")}), {spent:0.0} ms of CPU time, {page.Count(letter => letter == '\n')} lines, {page.Length >> 10} KiB");
    }

    private readonly record struct Round(long Requests, double Seconds, TimeSpan Cpu, long Allocated)
    {
        public double PerSecond => Requests / Seconds;

        public double Microseconds => Cpu.TotalMicroseconds / Requests;

        public double Bytes => Allocated / (double)Requests;

        public static Round operator +(Round one, Round other) => new(one.Requests + other.Requests, one.Seconds + other.Seconds, one.Cpu + other.Cpu, one.Allocated + other.Allocated);
    }
}
