using System.Net;
using System.Text;
using System.Text.Json;
using Apache.Arrow;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;

namespace Serverless.App.Tests.Predictions;

/// <summary>What the application has logged, read from its storage as any other part of the suite would.</summary>
internal sealed class LoggedRows(Suite suite)
{
    private readonly PredictionReader reader = new(
        new BlobServiceClient(suite.Storage, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)), NullLogger<PredictionReader>.Instance);

    /// <summary>Registers a shipped model with its metadata.</summary>
    public async Task<ModelName> RegisterAsync(string file, object metadata) => ModelName.Parse(await suite.RegisterAsync(file, metadata));

    /// <summary>Sends a body, expects a status, and gives back the ids that the answer names, with it.</summary>
    public async Task<(List<PredictionId> Ids, JsonElement Body)> AskAsync(string path, string body, int rows, HttpStatusCode expected = HttpStatusCode.OK, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(suite.App.Address, path)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        using var answer = await suite.App.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{path}: {answer.StatusCode} {text}");
        string[] ids = answer.Headers.GetValues("x-prediction-id").Single().Split(',');
        return ([.. ids.Length == rows ? ids.Select(PredictionId.Parse) : Enumerable.Range(0, rows).Select(row => PredictionId.Parse($"{ids.Single()}:{row}"))], JsonDocument.Parse(text).RootElement);
    }

    /// <summary>Every row of a model once nothing is on its way, by id: each exactly once.</summary>
    public async Task<Dictionary<PredictionId, Row>> ReadAsync(ModelName model, int rows)
    {
        await Faults.SuiteCalls.UntilAsync($"{rows} rows durable", async () => (await Faults.SuiteCalls.HealthAsync(suite.App.Client)).GetProperty("predictions").GetProperty("pending").GetInt64() == 0);
        var read = new Dictionary<PredictionId, Row>();
        var report = new ReadReport();
        await foreach (var batch in reader.ReadAsync(new(model, DateTimeOffset.MinValue, DateTimeOffset.MaxValue), report, TestContext.Current.CancellationToken))
            for (var row = 0; row < batch.Length; row++)
                read.Add(PredictionId.Parse(((StringArray)batch.Column("id")).GetString(row)), new(batch, row));
        Assert.Empty(report.Flaws);
        Assert.Equal(rows, read.Count);
        return read;
    }

    /// <summary>One row of a batch.</summary>
    internal sealed record Row(RecordBatch Batch, int At)
    {
        public float Float(string column) => ((FloatArray)Batch.Column(column)).GetValue(At)!.Value;

        public long Long(string column) => Batch.Column(column) is Int64Array wide ? wide.GetValue(At)!.Value : ((Int32Array)Batch.Column(column)).GetValue(At)!.Value;

        public string? Text(string column) => Batch.Schema.GetFieldIndex(column) < 0 ? null : ((StringArray)Batch.Column(column)).GetString(At);

        public bool IsNull(string column) => Batch.Column(column).IsNull(At);
    }
}
