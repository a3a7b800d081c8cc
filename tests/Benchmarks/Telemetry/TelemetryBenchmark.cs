using System.Diagnostics;
using System.Globalization;
using Serverless.Benchmarks.Serving;

namespace Serverless.Benchmarks.Telemetry;

/// <summary>What a request over HTTP pays for being measured, with each feature and without it. Then, how long a scrape takes with many models.</summary>
internal static class TelemetryBenchmark
{
    private const int Models = 200;
    private const int Scrapes = 21;
    private const int Slices = 10;

    private static readonly int[] Connections = [16, 64];

    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(300);

    public static async Task RunAsync(string[] args)
    {
        if (await OneProcess.RestartedAsync(OneProcess.Settings, "telemetry", args))
        {
            Console.WriteLine(await ScrapeAsync());
            return;
        }
        var pairs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 21;
        await using var comparison = await SlicedComparison.StartAsync(Slice, Slices);
        using var collector = await ServerProcess.StartAsync(typeof(TelemetryBenchmark).Assembly.Location, ["collector"], new Dictionary<string, string>(), Cores.Others);
        (string What, Dictionary<string, string> With)[] compared =
            [("nothing (the same twice)", TelemetrySettings.None), ("metrics", TelemetrySettings.Metrics), ("metrics, logs and traces, exported by OTLP", TelemetrySettings.All(collector.Url))];
        Console.WriteLine($"{pairs} pairs of {comparison.Description}, requests of one row; median [95 % interval of the median]");
        Console.WriteLine("| what | connections | requests/s, without | with / without | CPU µs a request, without | with / without | more bytes a request |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (what, with) in compared.Where(one => Asked.For(one.What, args)))
        {
            foreach (var connections in Connections)
            {
                var rounds = await comparison.RunAsync(new(with), new(TelemetrySettings.None), connections, pairs);
                Console.WriteLine($"| {what} | {connections} | {rounds.Ratio(one => one.PerSecond, "0")} | {rounds.Ratio(one => one.Microseconds, "0.0")} | {rounds.More(one => one.Bytes)} |");
            }
        }
    }

    private static async Task<string> ScrapeAsync()
    {
        await using var suite = await Suite.StartAsync(serverCore: Cores.Server);
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
}
