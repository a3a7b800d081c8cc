using Apache.Arrow;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;

namespace Serverless.Services.Tests.Predictions;

/// <summary>A model with its log on a real Azurite: 3 numbers and a text in, a label and 2 probabilities out.</summary>
internal sealed class LogRig : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("prediction-log").FullName;
    private readonly BlobServiceClient blobs;
    private readonly List<PredictionLog> logs = [];

    public LogRig(string connection, TimeProvider? clock = null, string prefix = "m")
    {
        Model = ModelName.Parse(prefix + Guid.CreateVersion7(DateTimeOffset.UnixEpoch).ToString("N"));
        Connection = connection;
        blobs = Client(connection);
        Clock = clock ?? TimeProvider.System;
        Schema = PredictionSchema.Of(Version(1), Policy);
        Options.LedgerFolder = folder;
        Reader = new(blobs, NullLogger<PredictionReader>.Instance);
    }

    public ModelName Model { get; }

    public LoggingPolicy Policy { get; init; } = new() { FlushAfter = TimeSpan.FromMilliseconds(200) };

    public PredictionLogOptions Options { get; } = new() { MaximumBackoff = TimeSpan.FromMilliseconds(100) };

    public PredictionCounters Counters { get; } = new();

    public PredictionReader Reader { get; }

    public TimeProvider Clock { get; }

    public PredictionSchema Schema { get; set; }

    public string Connection { get; }

    public BlobServiceClient Blobs => blobs;

    public BlobContainerClient Container => blobs.GetBlobContainerClient(PredictionPaths.Container);

    public static BlobServiceClient Client(string connection, double patience = 20) => new(connection, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)
    {
        Retry = { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(5), NetworkTimeout = TimeSpan.FromSeconds(patience) },
    });

    public static PredictionReader ReaderOf(string connection) => new(Client(connection, patience: 1), NullLogger<PredictionReader>.Instance);

    public static ServableVersion Version(int number) => new(
        number, Digest.Of(new byte[32]), 1,
        new Signature(
            [new("numbers", ValueKind.Tensor, ElementType.Float, [new(null, "N"), new(3, null)]), new("colour", ValueKind.Tensor, ElementType.String, [new(null, "N"), new(1, null)])],
            [new("label", ValueKind.Tensor, ElementType.Int64, [new(null, "N")]), new("probabilities", ValueKind.Tensor, ElementType.Float, [new(null, "N"), new(2, null)])]),
        null, ["no", "yes"], false);

    public PredictionLog Log(string? connection = null)
    {
        var log = new PredictionLog(connection is null ? blobs : Client(connection, patience: 1), Microsoft.Extensions.Options.Options.Create(Options), Counters, Clock, NullLogger<PredictionLog>.Instance);
        logs.Add(log);
        return log;
    }

    public Compaction Compaction(string? through = null) => new(
        through is null ? blobs : Client(through, patience: 1), through is null ? Reader : ReaderOf(through), Microsoft.Extensions.Options.Options.Create(Options), Counters, Clock, NullLogger<Compaction>.Instance);

    /// <summary>Logs one request whose values follow from its ids.</summary>
    public async Task<PredictionId> WriteAsync(PredictionLog log, int rows = 1, DateTimeOffset? at = null, int version = 1, PredictionSchema? schema = null, int status = 200, string? variant = "champion")
    {
        var id = new PredictionId(Guid.CreateVersion7(at ?? Clock.GetUtcNow())).Request;
        await WriteAsync(log, Header(id, rows) with { Version = version, Status = status, Variant = variant }, schema);
        return id;
    }

    public async Task WriteAsync(PredictionLog log, PredictionHeader header, PredictionSchema? schema = null)
    {
        var entry = log.Begin(Model, schema ?? Schema, header);
        if (entry is null) return;
        var rows = header.Rows;
        entry.Tensor<float>(0, [.. Enumerable.Range(0, rows).SelectMany(row => Numbers(header.Id.ForRow(row)))]);
        entry.Texts(1, [.. Enumerable.Range(0, rows).Select(row => row % 3 == 2 ? null : $"colour {row % 3}")]);
        entry.Tensor<long>(2, [.. Enumerable.Range(0, rows).Select(row => (long)row % 2)]);
        entry.Tensor<float>(3, [.. Enumerable.Range(0, rows).SelectMany(row => (float[])[0.25f, 0.75f])]);
        await log.WriteAsync(entry, default);
    }

    public static PredictionHeader Header(PredictionId id, int rows = 1) => new()
    {
        Id = id,
        Rows = rows,
        Version = 1,
        Status = 200,
        Variant = "champion",
        Reason = "alias",
        TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        Compute = TimeSpan.FromMicroseconds(30),
        Total = TimeSpan.FromMicroseconds(120),
    };

    public static float[] Numbers(PredictionId id) => [id.Row, id.Milliseconds % 1000, id.Value.GetHashCode() % 1000];

    public PredictionQuery All => new(Model, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);

    public async Task<List<PredictionId>> IdsAsync(PredictionQuery? query = null, ReadReport? report = null)
    {
        var ids = new List<PredictionId>();
        await foreach (var batch in Reader.ReadAsync((query ?? All) with { Columns = new HashSet<string> { "id" } }, report ?? new(), default))
            using (batch)
                for (var row = 0; row < batch.Length; row++) ids.Add(PredictionId.Parse(((StringArray)batch.Column("id")).GetString(row)));
        return ids;
    }

    public static IEnumerable<PredictionId> Rows(PredictionId id, int rows) => Enumerable.Range(0, rows).Select(id.ForRow);

    public async Task<List<string>> FilesAsync()
    {
        var files = new List<string>();
        await foreach (var blob in Container.GetBlobsAsync(Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, PredictionPaths.Model(Model), default)) files.Add(blob.Name);
        return files;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var log in logs) await log.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
