using System.Net;
using System.Text;
using System.Text.Json;
using Apache.Arrow;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.App.Tests.Predictions;

/// <summary>Labels and outcomes over HTTP, put beside the predictions that they are about. Their storage is their own: an id is looked for in 64 other models only.</summary>
public sealed class TruthTests(TruthTests.Alone alone) : IClassFixture<TruthTests.Alone>
{
    private readonly Suite suite = alone.Suite;
    private readonly LoggedRows logged = new(alone.Suite);

    [Fact]
    public async Task Labels_OfPredictionsMadeOverHttp_StandBesideThem()
    {
        var (model, ids) = await PredictAsync(6);
        var first = await LabelAsync(model, $$"""{"items":[{"id":"{{ids[0]}}","label":"setosa"},{"id":"{{ids[1]}}","label":1},{"id":"{{ids[2]}}","label":true},{"id":"nonsense","label":1}]}""");
        Assert.Equal((3, 0, 0), Counts(first));
        Assert.Equal((3, "nonsense"), (first.GetProperty("rejected")[0].GetProperty("index").GetInt32(), first.GetProperty("rejected")[0].GetProperty("id").GetString()));
        var csv = await LabelAsync(model, $"id,label,time\n{ids[3]},early,2026-01-01T00:00:00Z\n{ids[3]},late,2026-02-01T00:00:00Z\n{ids[3]},between,2026-01-15T00:00:00Z\n", "text/csv");
        Assert.Equal((3, 0, 0), Counts(csv));
        Assert.Equal((0, 1, 0), Counts(await LabelAsync(model, $$"""{"items":[{"id":"{{ids[3]}}","label":"late","time":"2026-02-01T00:00:00Z"}]}""")));
        var outcome = await SayAsync(model, "outcomes", $$"""{"items":[{"id":"{{ids[4]}}","name":"revenue","value":12.5},{"id":"{{ids[4]}}","name":"bought","value":true}]}""", "application/json");
        Assert.Equal((2, 0, 0), Counts(outcome));

        var rows = await JoinAsync(model, ["revenue"]);
        Assert.Equal(["setosa", "1", "true", "late", null, null], ids.Select(id => rows[id].Label));
        Assert.Equal([null, null, null, null, "12.5", null], ids.Select(id => rows[id].Revenue));
    }

    [Fact]
    public async Task Label_OfAPredictionThatIsNotThereYet_WaitsForIt()
    {
        var (model, ids) = await PredictAsync(1);
        var later = new PredictionId(Guid.CreateVersion7(TimeProvider.System.GetUtcNow())).Request;
        Assert.Equal((1, 0, 1), Counts(await LabelAsync(model, $$"""{"items":[{"id":"{{later}}","label":"x"}]}""")));
        var (other, _) = await PredictAsync(1);
        var refused = await LabelAsync(other, $$"""{"items":[{"id":"{{ids[0]}}","label":"x"}]}""");
        Assert.Contains("another model", refused.GetProperty("rejected")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, refused.GetProperty("accepted").GetInt32());
        var truth = (await Faults.SuiteCalls.HealthAsync(suite.App.Client)).GetProperty("truth");
        Assert.InRange(truth.GetProperty("unknown").GetInt64(), 1, long.MaxValue);
    }

    [Theory]
    [InlineData("""{"items":{}}""", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("""{"labels":[]}""", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("id,value\n1,2\n", "text/csv", HttpStatusCode.BadRequest)]
    [InlineData("<items/>", "application/xml", HttpStatusCode.UnsupportedMediaType)]
    public async Task Labels_InADocumentThatIsNone_AreRefused(string body, string type, HttpStatusCode expected)
    {
        var (model, _) = await PredictAsync(1);
        await SayAsync(model, "labels", body, type, expected);
        await SayAsync(ModelName.Parse("nobody"), "labels", """{"items":[]}""", "application/json", HttpStatusCode.NotFound);
    }

    private async Task<(ModelName Model, List<PredictionId> Ids)> PredictAsync(int rows)
    {
        var model = await logged.RegisterAsync("iris_lr", new { featureNames = new[] { "a", "b", "c", "d" } });
        var body = JsonSerializer.Serialize(new { rows = Enumerable.Range(0, rows).Select(row => new { a = 5.1 + row, b = 3.5, c = 1.4, d = 0.2 }) });
        var (ids, _) = await logged.AskAsync($"/models/{model}/predict", body, rows);
        await logged.ReadAsync(model, rows);
        return (model, ids);
    }

    private Task<JsonElement> LabelAsync(ModelName model, string body, string type = "application/json") => SayAsync(model, "labels", body, type);

    private async Task<JsonElement> SayAsync(ModelName model, string what, string body, string type, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        using var answer = await suite.App.Client.PostAsync($"/models/{model}/{what}", content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<Dictionary<PredictionId, (string? Label, string? Revenue)>> JoinAsync(ModelName model, string[] outcomes)
    {
        var blobs = new BlobServiceClient(suite.Storage, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
        var join = new PredictionJoin(new(blobs, NullLogger<PredictionReader>.Instance), new(blobs, NullLogger<PredictionReader>.Instance));
        var rows = new Dictionary<PredictionId, (string?, string?)>();
        await foreach (var batch in join.ReadAsync(new(model, DateTimeOffset.MinValue, DateTimeOffset.MaxValue), new(true, outcomes), new ReadReport(), TestContext.Current.CancellationToken))
            for (var row = 0; row < batch.Length; row++)
                rows.Add(PredictionId.Parse(Text(batch, "id", row)), (Text(batch, "label", row), Text(batch, "outcome_revenue", row)));
        return rows;
    }

    private static string? Text(RecordBatch batch, string column, int row) => ((StringArray)batch.Column(column)).GetString(row);

    private static (int, int, int) Counts(JsonElement answer) =>
        (answer.GetProperty("accepted").GetInt32(), answer.GetProperty("duplicates").GetInt32(), answer.GetProperty("unknown").GetInt32());

    /// <summary>A suite with a storage that no other test writes to.</summary>
    public sealed class Alone : IAsyncLifetime
    {
        private readonly AzuriteFixture azurite = new();

        public Alone() => Suite = new(azurite);

        public Suite Suite { get; }

        public async ValueTask InitializeAsync()
        {
            await azurite.InitializeAsync();
            await Suite.InitializeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Suite.DisposeAsync();
            await azurite.DisposeAsync();
        }
    }
}
