using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Apache.Arrow;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Services.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Tests.Predictions.Truth;

/// <summary>A model whose predictions, labels and outcomes are on a real Azurite.</summary>
internal sealed class TruthRig(string connection, TimeProvider? clock = null, string prefix = "m") : IAsyncDisposable
{
    /// <summary>Begins the name of a model that comes before those of all other tests: of other models, 64 hours are looked at.</summary>
    public const string BeforeAll = "0";

    public static readonly DateTimeOffset Hour = new(2025, 3, 4, 5, 0, 0, TimeSpan.Zero);

    public LogRig Predictions { get; } = new(connection, prefix: prefix);

    public ModelName Model => Predictions.Model;

    public TruthCounters Counters { get; } = new();

    public TruthReader Reader => new(Predictions.Blobs, NullLogger<PredictionReader>.Instance);

    public PredictionJoin Join => new(Predictions.Reader, Reader);

    public TruthService Service(string? through = null) => new(
        through is null ? Predictions.Blobs : LogRig.Client(through, patience: 1), through is null ? Predictions.Reader : LogRig.ReaderOf(through), Models(), Counters, Options.Create(Predictions.Options), clock ?? TimeProvider.System,
        NullLogger<PredictionReader>.Instance);

    public TruthCompaction Compaction() => new(Predictions.Blobs, Predictions.Reader, Counters, NullLogger<PredictionReader>.Instance);

    /// <summary>With containers that are there: nothing waits for a clock that stands still.</summary>
    public static async Task<TruthRig> StartAsync(string connection, TimeProvider? clock = null, string prefix = "m")
    {
        var rig = new TruthRig(connection, clock, prefix);
        foreach (var name in (string[])[PredictionPaths.Container, PredictionPaths.LabelsContainer, PredictionPaths.OutcomesContainer])
            await rig.Predictions.Blobs.GetBlobContainerClient(name).CreateIfNotExistsAsync();
        return rig;
    }

    public static PredictionId NewId(DateTimeOffset? at = null) => new PredictionId(Guid.CreateVersion7(at ?? Hour)).Request;

    public async Task<List<PredictionId>> PredictAsync(int rows, DateTimeOffset? at = null)
    {
        var log = Predictions.Log();
        var id = await Predictions.WriteAsync(log, rows, at ?? Hour);
        await log.FlushAsync(default);
        return [.. LogRig.Rows(id, rows)];
    }

    public static Task<TruthAnswer> LabelAsync(TruthService service, TruthRig rig, params (PredictionId Id, object Label, DateTimeOffset? Time)[] items) =>
        rig.PostAsync(service, TruthKind.Labels, JsonSerializer.Serialize(new { items = items.Select(item => new { id = item.Id.ToString(), label = item.Label, time = item.Time?.ToString("O") }) }));

    public Task<TruthAnswer> LabelAsync(params (PredictionId Id, object Label, DateTimeOffset? Time)[] items) => LabelAsync(Service(), this, items);

    public async Task<TruthAnswer> PostAsync(TruthService service, TruthKind kind, string body, string type = "application/json")
    {
        var context = new DefaultHttpContext { Request = { ContentType = type, Body = new MemoryStream(Encoding.UTF8.GetBytes(body)) } };
        var answer = await service.AnswerAsync(context.Request, kind, Model.Value, default);
        return Assert.IsType<JsonHttpResult<TruthAnswer>>(answer).Value!;
    }

    /// <summary>What holds, or everything that was said, as text: id, name, value, time.</summary>
    public async Task<List<string>> ReadAsync(TruthKind kind = TruthKind.Labels, bool history = false, ReadReport? report = null)
    {
        var lines = new List<string>();
        var query = new TruthQuery(kind, Model, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue) { History = history };
        await foreach (var batch in Reader.ReadAsync(query, report ?? new(), default))
            using (batch)
            {
                var rows = new List<TruthRow>();
                new TruthRows(kind).Read(batch, rows);
                lines.AddRange(rows.Select(Line));
            }
        return lines;
    }

    public static string Line(TruthRow row) => $"{row.Id} {row.Name} {row.Value.Type} {row.Value.Text} {row.Time}";

    public static string Line(PredictionId id, string text, DateTimeOffset time, TruthType type = TruthType.String) => $"{id}  {type} {text} {time.ToUnixTimeMilliseconds()}";

    /// <summary>Predictions beside their truth: id, then each column's value or nothing.</summary>
    public async Task<List<string>> JoinedAsync(params string[] outcomes)
    {
        var lines = new List<string>();
        await foreach (var batch in Join.ReadAsync(Predictions.All with { Columns = new HashSet<string> { "id" } }, new(true, outcomes), new(), default))
            using (batch)
            {
                var columns = ((string[])["id", "label", .. outcomes.Select(name => $"outcome_{name}")]).Select(name => (StringArray)batch.Column(name)).ToArray();
                for (var row = 0; row < batch.Length; row++) lines.Add(string.Join(' ', columns.Select(column => column.GetString(row))));
            }
        return lines;
    }

    public async Task<List<string>> FilesAsync(TruthKind kind = TruthKind.Labels)
    {
        var files = new List<string>();
        await foreach (var blob in Container(kind).GetBlobsAsync(Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, PredictionPaths.Model(Model), default))
            if (PredictionPaths.Parse(blob.Name) is not null) files.Add(blob.Name);
        return files;
    }

    public BlobContainerClient Container(TruthKind kind = TruthKind.Labels) => Predictions.Blobs.GetBlobContainerClient(TruthColumns.Container(kind));

    public ValueTask DisposeAsync() => Predictions.DisposeAsync();

    private static ModelSnapshots Models() => new((name, _) => Task.FromResult<ModelSnapshot?>(new(
        name, TaskKind.MulticlassClassification, false, ImmutableDictionary<AliasName, int>.Empty, ImmutableSortedDictionary<int, ServableVersion>.Empty, ModelPolicy.Default, 1)), TimeProvider.System);
}
