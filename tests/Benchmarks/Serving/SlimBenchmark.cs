using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Serverless.Benchmarks.Serving;

/// <summary>The slim container's content: from the start of its process to the first prediction, and what it holds with ten models in use.</summary>
internal static class SlimBenchmark
{
    private const int Requests = 200;

    private static readonly string[] Models =
    [
        "iris_lr", "iris_rf100", "iris_hand_lr", "wine_scaled_lr", "digits_mlp", "breast_gb100", "diabetes_gbr", "adult_mixed_lr", "adult_champion", "mnist-8",
    ];

    public static async Task RunAsync(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10;
        using var app = args.Length > 1 ? PublishedApp.At(args[1]) : await PublishedApp.CreateAsync();
        await using var suite = await Suite.StartAsync(serverCore: null, app.Assembly);
        foreach (var model in Models) await suite.RegisterAsync(model);
        Console.WriteLine($"registered: working set {Mebibytes(suite.Server.WorkingSet)} MiB, at most {Mebibytes(suite.Server.PeakWorkingSet)} MiB");
        suite.Server.Dispose();

        List<double> predicted = [], busy = [], held = [], peaks = [];
        for (var round = -1; round < rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            using var server = await Suite.StartServerAsync(suite.Storage, core: null, PublishedApp.Environment(), app.Assembly);
            await StartBenchmark.PredictAsync(server);
            var (seconds, cpu) = (clock.Elapsed.TotalSeconds, server.CpuTime.TotalSeconds);
            await UseAsync(server);
            if (round < 0) continue;
            predicted.Add(seconds);
            busy.Add(cpu);
            held.Add(server.WorkingSet / (double)(1 << 20));
            peaks.Add(server.PeakWorkingSet / (double)(1 << 20));
        }

        Console.WriteLine($"{rounds} starts after one more; median (lowest–highest)");
        Console.WriteLine($"first prediction  {Spread.Of(predicted).Show("0.00")} s, target 1.0; CPU time until then {Spread.Of(busy).Show("0.00")} s");
        Console.WriteLine($"working set       {Spread.Of(held).Show("0")} MiB after {Requests} predictions of each of ten models, target 150; its peak {Spread.Of(peaks).Show("0")} MiB");
    }

    private static async Task UseAsync(ServerProcess server)
    {
        using var http = new HttpClient { BaseAddress = server.Url };
        foreach (var model in Models)
        {
            var body = await BodyAsync(http, model);
            for (var request = 0; request < Requests; request++)
            {
                using var answer = await http.PostAsync($"/v2/models/{model}/infer", new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")));
                if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{model}: {await answer.Content.ReadAsStringAsync()}");
            }
        }
    }

    /// <summary>One row of zeros, in the shapes and types that the model says.</summary>
    private static async Task<string> BodyAsync(HttpClient http, string model)
    {
        var inputs = (await http.GetFromJsonAsync<JsonObject>($"/v2/models/{model}"))!["inputs"]!.AsArray();
        foreach (var input in inputs)
        {
            var shape = input!["shape"]!.AsArray().Select(size => Math.Max(1, size!.GetValue<long>())).ToArray();
            JsonNode Value() => input["datatype"]!.GetValue<string>() == "BYTES" ? "" : 0;
            input["data"] = new JsonArray([.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(_ => Value())]);
            input["shape"] = new JsonArray([.. shape.Select(size => JsonValue.Create(size))]);
        }

        return new JsonObject { ["inputs"] = inputs.DeepClone() }.ToJsonString();
    }

    private static string Mebibytes(long bytes) => (bytes / (double)(1 << 20)).ToString("0", CultureInfo.InvariantCulture);
}
