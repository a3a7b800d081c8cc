using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Azure.Storage.Blobs;
using Apache.Arrow;
using Microsoft.Extensions.Logging.Abstractions;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.App.Tests.Faults;

/// <summary>An application killed again and again under load, beside one that lives, on the same storage: what was promised is there, exactly once, and what was lost is told.</summary>
public sealed class KilledLogTests(AzuriteFixture azurite)
{
    private const int Kills = 20;
    private const int Connections = 8;
    private const int FlushRows = 64;

    private readonly string ledgers = Directory.CreateTempSubdirectory("ledgers").FullName;

    [Theory]
    [InlineData("acknowledged")]
    [InlineData("buffered")]
    public async Task Log_OfAnApplicationKilledUnderLoad_KeepsWhatItPromised(string mode)
    {
        var model = ModelName.Parse($"killed-{mode}-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}"[..32]);
        var random = new Random(11);
        List<Round> rounds = [];
        await using var survivor = await StartAsync();
        await PrepareAsync(survivor.Client, model, mode);
        var living = new Caller(survivor.Client, model, -1, int.MaxValue);
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var app = await StartAsync();
            if (rounds.Count > 0) rounds[^1] = rounds[^1] with { Told = await ToldAsync(app.Client) };
            var caller = new Caller(app.Client, model, kill, random.Next(100, 900));
            await caller.Reached;
            app.Kill();
            await caller.EndAsync();
            rounds.Add(new([.. caller.Answered], 0));
        }
        await using (var last = await StartAsync()) rounds[^1] = rounds[^1] with { Told = await ToldAsync(last.Client) };
        await living.StopAsync();
        Assert.Equal(0, await survivor.StopAsync(TestContext.Current.CancellationToken));

        var kept = await ReadAsync(model);
        foreach (var (id, value) in living.Answered) Assert.Equal(value, kept[id]);
        foreach (var round in rounds) AssertKept(round, kept, mode);
        if (mode == "buffered") Assert.InRange(rounds.Sum(round => round.Answered.Count(row => !kept.ContainsKey(row.Id))), 1, int.MaxValue);
    }

    private static void AssertKept(Round round, Dictionary<PredictionId, float> kept, string mode)
    {
        var lost = round.Answered.Count(row => !kept.ContainsKey(row.Id));
        foreach (var (id, value) in round.Answered)
            if (kept.TryGetValue(id, out var there)) Assert.Equal(value, there);
        if (mode == "acknowledged") Assert.Equal(0, lost);
        // What was told: every answered row that is lost, and at most those whose answer or whose block's receipt was on its way.
        Assert.InRange(round.Told, lost, lost + Connections + FlushRows);
    }

    private static async Task PrepareAsync(HttpClient client, ModelName model, string mode)
    {
        await client.RegisterAsync(model.Value, SuiteCalls.Onnx(await File.ReadAllBytesAsync(Suite.Model("iris_lr.onnx"))));
        using var body = new StringContent($$$"""{"logging":{"mode":"{{{mode}}}","flushAfter":"PT0.1S","flushRows":{{{FlushRows}}}}}""", Encoding.UTF8, "application/json");
        using var answer = await client.PutAsync($"/models/{model}/policy", body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<Dictionary<PredictionId, float>> ReadAsync(ModelName model)
    {
        var reader = new PredictionReader(
            new BlobServiceClient(azurite.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)), NullLogger<PredictionReader>.Instance);
        var kept = new Dictionary<PredictionId, float>();
        var report = new ReadReport();
        await foreach (var batch in reader.ReadAsync(new(model, DateTimeOffset.MinValue, DateTimeOffset.MaxValue), report, TestContext.Current.CancellationToken))
            for (var row = 0; row < batch.Length; row++)
                kept.Add(PredictionId.Parse(((StringArray)batch.Column("id")).GetString(row)), ((FloatArray)batch.Column("input_input_0")).GetValue(row)!.Value);
        Assert.Empty(report.Flaws);
        return kept;
    }

    private static async Task<long> ToldAsync(HttpClient client) =>
        (await client.HealthAsync()).GetProperty("predictions").GetProperty("dropped").GetProperty("killed").GetInt64();

    private Task<AppProcess> StartAsync() => SuiteCalls.StartAsync(azurite.ConnectionString, SuiteCalls.Settings(("PredictionLog:LedgerFolder", ledgers)));

    private sealed record Round(List<(PredictionId Id, float Value)> Answered, long Told);

    /// <summary>Asks on several connections at once, each value another one, until it is told to stop or nobody answers.</summary>
    private sealed class Caller
    {
        private readonly ConcurrentBag<(PredictionId, float)> answered = [];
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task[] connections;
        private readonly int enough;
        private int count;
        private volatile bool stopping;

        public Caller(HttpClient client, ModelName model, int round, int enough)
        {
            this.enough = enough;
            connections = [.. Enumerable.Range(0, Connections).Select(connection => Task.Run(() => AskAsync(client, model, (round + 1) * 100_000 + connection)))];
        }

        public IEnumerable<(PredictionId Id, float Value)> Answered => answered;

        /// <summary>Ends when so many were answered.</summary>
        public Task Reached => reached.Task.WaitAsync(TestContext.Current.CancellationToken);

        public Task StopAsync()
        {
            stopping = true;
            return Task.WhenAll(connections);
        }

        /// <summary>Ends when every connection has found that nobody answers.</summary>
        public async Task EndAsync()
        {
            foreach (var connection in connections) await Assert.ThrowsAsync<HttpRequestException>(() => connection);
        }

        private async Task AskAsync(HttpClient client, ModelName model, int first)
        {
            for (var value = first; !stopping; value += Connections)
            {
                using var body = new StringContent(string.Create(CultureInfo.InvariantCulture,
                    $$"""{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[{{value}},3.5,1.4,0.2]}]}"""), Encoding.UTF8, "application/json");
                using var answer = await client.PostAsync($"/v2/models/{model}/infer", body);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                answered.Add((PredictionId.Parse(answer.Headers.GetValues("x-prediction-id").Single()), value));
                if (Interlocked.Increment(ref count) == enough) reached.SetResult();
            }
        }
    }
}
