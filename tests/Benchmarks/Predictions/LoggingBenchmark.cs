using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Serverless.Benchmarks.Serving;

namespace Serverless.Benchmarks.Predictions;

/// <summary>
/// What logging costs a request over HTTP: the same model twice in one server on one core, once with the default policy and once with
/// <c>mode: off</c>, in turn. A round's CPU time runs until its last row is durable, so that the background writer's work counts too. Arguments: how many pairs; of which loads (<c>16/100</c>: connections and rows).
/// </summary>
internal static class LoggingBenchmark
{
    private static readonly (int Connections, int Rows)[] Loads = [(16, 1), (64, 1), (16, 100), (64, 100)];

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    // Longer than rows wait for others (`flushAfter`), for their append too.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1.5);

    public static async Task RunAsync(string[] args)
    {
        var pairs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 21;
        Console.WriteLine($"{pairs} pairs of {Length.TotalSeconds:0.#} s; median [95 % interval of the median]");
        Console.WriteLine("| connections | rows | off, requests/s | on / off | CPU µs a request, off | on / off | bytes a request, off | more on | appends a 1,000 rows | bytes stored a row |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        await using var suite = await Suite.StartAsync(serverCore: 0, settings: Suite.WithoutScans);
        using var http = new HttpClient { BaseAddress = suite.Server.Url };
        await suite.RegisterAsync("iris_lr", "on");
        await suite.RegisterAsync("iris_lr", "off");
        await suite.StopLoggingAsync("off");
        foreach (var (connections, rows) in Loads.Where(load => Asked.For($"{load.Connections}/{load.Rows}", args)))
            Console.WriteLine(await CompareAsync(suite.Server, http, connections, rows, pairs));
    }

    private static async Task<string> CompareAsync(ServerProcess server, HttpClient http, int connections, int rows, int pairs)
    {
        Task<Round> One(string model) => MeasureAsync(server, http, LoadGenerator.Post($"/v2/models/{model}/infer", server.Url.Authority, Requests.Infer(rows)), connections);
        await server.WarmAsync(async () =>
        {
            await One("on");
            await One("off");
        });
        List<Round> on = [], off = [];
        for (var pair = 0; pair < pairs; pair++)
        {
            if (pair % 2 == 0) on.Add(await One("on"));
            off.Add(await One("off"));
            if (pair % 2 == 1) on.Add(await One("on"));
        }
        string Show(Func<Round, double> figure, string format) => Spread.Interval(off.Select(figure), format);
        string Ratio(Func<Round, double> figure) => Spread.Interval(on.Zip(off, (x, y) => figure(x) / figure(y)), "0.000");
        return string.Create(CultureInfo.InvariantCulture,
            $"| {connections} | {rows} | {Show(one => one.PerSecond, "0")} | {Ratio(one => one.PerSecond)} | {Show(one => one.Microseconds, "0.0")} | {Ratio(one => one.Microseconds)} | {Show(one => one.Bytes, "0")} | {Spread.Interval(on.Zip(off, (x, y) => x.Bytes - y.Bytes), "0")} | {Spread.Interval(on.Select(one => one.Appends / (one.Requests * rows) * 1000), "0.000")} | {Spread.Interval(on.Select(one => one.Stored / (one.Requests * rows)), "0.0")} |");
    }

    private static async Task<Round> MeasureAsync(ServerProcess server, HttpClient http, byte[] request, int connections)
    {
        var (appends, stored) = (await CounterAsync(http, "appends"), await CounterAsync(http, "bytes"));
        var (cpu, bytes) = (server.CpuTime, server.AllocatedBytes());
        var load = await LoadGenerator.RunAsync(server.EndPoint, request, connections, Length);
        TimeSpan spent;
        long allocated;
        do
        {
            // Nobody asks meanwhile: an answer of /health costs as much as many predictions.
            await Task.Delay(Settling, TimeProvider.System);
            (spent, allocated) = (server.CpuTime - cpu, server.AllocatedBytes() - bytes);
        }
        while (await CounterAsync(http, "pending") > 0);
        return new(load.Requests, load.PerSecond, spent.TotalMicroseconds / load.Requests, allocated / (double)load.Requests,
            await CounterAsync(http, "appends") - appends, await CounterAsync(http, "bytes") - stored);
    }

    private static async Task<long> CounterAsync(HttpClient http, string name) => (await CountersAsync(http)).GetProperty(name).GetInt64();

    private static async Task<JsonElement> CountersAsync(HttpClient http) => (await http.GetFromJsonAsync<JsonElement>("/health")).GetProperty("predictions");

    private readonly record struct Round(double Requests, double PerSecond, double Microseconds, double Bytes, double Appends, double Stored);
}
