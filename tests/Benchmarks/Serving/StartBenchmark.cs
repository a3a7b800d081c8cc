using System.Diagnostics;
using System.Globalization;

namespace Serverless.Benchmarks.Serving;

/// <summary>From the start of the process to its first prediction, the model fetched from storage, loaded and warmed on the way; Azurite is up already.</summary>
internal static class StartBenchmark
{
    private const string Model = "iris_lr";

    public static async Task RunAsync(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10;
        await using var suite = await Suite.StartAsync(serverCore: null);
        await suite.RegisterAsync(Model);
        List<double> listening = [], predicted = [];
        for (var round = -1; round < rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            using var server = await Suite.StartServerAsync(suite.Storage, core: null);
            var heard = clock.Elapsed.TotalSeconds;
            await PredictAsync(server);
            if (round < 0) continue;
            listening.Add(heard);
            predicted.Add(clock.Elapsed.TotalSeconds);
        }

        Console.WriteLine($"{rounds} starts after one more; seconds, median (lowest–highest)");
        Console.WriteLine($"listening         {Spread.Of(listening).Show("0.00")}");
        Console.WriteLine($"first prediction  {Spread.Of(predicted).Show("0.00")}");
    }

    internal static async Task PredictAsync(ServerProcess server)
    {
        using var http = new HttpClient { BaseAddress = server.Url };
        using var body = new StringContent(Requests.Infer(1), new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var answer = await http.PostAsync($"/v2/models/{Model}/infer", body);
        answer.EnsureSuccessStatusCode();
    }
}
