using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Serverless.Benchmarks.Serving;

namespace Serverless.Benchmarks.Telemetry;

/// <summary>
/// What a request pays for being measured: two servers on one core and one storage, that differ in one setting, in turn. Two processes differ in how they were
/// compiled and laid out in memory, too, by as much as is measured here: so both are started anew after every few pairs. A round's CPU time runs until its last row
/// is durable. Then, how long a scrape takes with many models.
/// </summary>
internal static class TelemetryBenchmark
{
    private const int PairsAStart = 3;
    private const int Models = 200;
    private const int Scrapes = 21;

    private static readonly (int Connections, int Rows)[] Loads = [(16, 1), (64, 1)];

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);

    // What is compared: its name, and the settings without it. With it are the defaults.
    private static readonly Dictionary<string, Dictionary<string, string>> Features = new()
    {
        ["metrics"] = new() { ["Telemetry__Metrics"] = "false" },
    };

    public static async Task RunAsync(string[] args)
    {
        var pairs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 21;
        var length = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 1.5);
        Console.WriteLine($"{pairs} pairs of {length.TotalSeconds:0.#} s, {PairsAStart} of them a start; median [95 % interval of the median]");
        Console.WriteLine("| what | connections | rows | off, requests/s | on / off | CPU µs a request, off | on / off | bytes a request, off | more on |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (feature, off) in Features)
            foreach (var (connections, rows) in Loads)
                Console.WriteLine(await CompareAsync(feature, off, connections, rows, pairs, length));
        Console.WriteLine(await ScrapeAsync());
    }

    private static async Task<string> CompareAsync(string feature, Dictionary<string, string> settings, int connections, int rows, int pairs, TimeSpan length)
    {
        List<Round> on = [], off = [];
        while (off.Count < pairs)
        {
            await using var suite = await Suite.StartAsync(serverCore: 0);
            await suite.RegisterAsync("iris_lr");
            using var without = await Suite.StartServerAsync(suite.Storage, 0, settings);
            await WarmUpAsync([suite.Server, without], connections, rows, length);
            for (var pair = 0; pair < PairsAStart && off.Count < pairs; pair++)
            {
                if (off.Count % 2 == 0) on.Add(await MeasureAsync(suite.Server, connections, rows, length));
                off.Add(await MeasureAsync(without, connections, rows, length));
                if (on.Count < off.Count) on.Add(await MeasureAsync(suite.Server, connections, rows, length));
            }
        }
        string Show(Func<Round, double> figure, string format) => Spread.Interval(off.Select(figure), format);
        string Ratio(Func<Round, double> figure) => Spread.Interval(on.Zip(off, (x, y) => figure(x) / figure(y)), "0.000");
        return string.Create(CultureInfo.InvariantCulture,
            $"| {feature} | {connections} | {rows} | {Show(one => one.PerSecond, "0")} | {Ratio(one => one.PerSecond)} | {Show(one => one.Microseconds, "0.0")} | {Ratio(one => one.Microseconds)} | {Show(one => one.Bytes, "0")} | {Spread.Interval(on.Zip(off, (x, y) => x.Bytes - y.Bytes), "0")} |");
    }

    // On one core that load keeps busy, the runtime takes its time to compile the last tier.
    private static async Task WarmUpAsync(IReadOnlyList<ServerProcess> servers, int connections, int rows, TimeSpan length)
    {
        for (var warm = TimeSpan.Zero; warm < WarmUp; warm += servers.Count * length)
            foreach (var server in servers) await LoadAsync(server, connections, rows, length);
    }

    private static Task<Load> LoadAsync(ServerProcess server, int connections, int rows, TimeSpan length) =>
        LoadGenerator.RunAsync(server.EndPoint, LoadGenerator.Post("/v2/models/iris_lr/infer", server.Url.Authority, Requests.Infer(rows)), connections, length);

    private static async Task<Round> MeasureAsync(ServerProcess server, int connections, int rows, TimeSpan length)
    {
        using var http = new HttpClient { BaseAddress = server.Url };
        var (cpu, bytes) = (server.CpuTime, server.AllocatedBytes());
        var load = await LoadAsync(server, connections, rows, length);
        var clock = Stopwatch.StartNew();
        while (await PendingAsync(http) > 0 && clock.Elapsed < TimeSpan.FromSeconds(30)) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        return new(load.PerSecond, (server.CpuTime - cpu).TotalMicroseconds / load.Requests, (server.AllocatedBytes() - bytes) / (double)load.Requests);
    }

    private static async Task<long> PendingAsync(HttpClient http) =>
        (await http.GetFromJsonAsync<JsonElement>("/health")).GetProperty("predictions").GetProperty("pending").GetInt64();

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

    private readonly record struct Round(double PerSecond, double Microseconds, double Bytes);
}
