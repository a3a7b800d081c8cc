using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;

namespace Serverless.App.Tests.Predictions;

/// <summary>A writer beside the application's, on the same storage: as another instance would log what no shipped model answers, or at other times.</summary>
internal sealed class DirectLog : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("direct-log").FullName;
    private readonly BlobServiceClient blobs;
    private readonly IOptions<PredictionLogOptions> options;

    public DirectLog(string storage)
    {
        blobs = new(storage, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
        options = Options.Create(new PredictionLogOptions { LedgerFolder = folder });
        Log = new(blobs, options, new(), TimeProvider.System, NullLogger<PredictionLog>.Instance);
    }

    public PredictionLog Log { get; }

    /// <summary>Compacts an hour of a model.</summary>
    public Task CompactAsync(ModelName model, DateTimeOffset hour) =>
        new Compaction(blobs, new(blobs, NullLogger<PredictionReader>.Instance), options, new(), TimeProvider.System, NullLogger<Compaction>.Instance)
            .RunHourAsync(model, hour, TestContext.Current.CancellationToken);

    /// <summary>Logs rows of one request, made at a time.</summary>
    public async Task<PredictionId> WriteAsync(ModelName model, PredictionSchema schema, DateTimeOffset at, int rows, Action<PredictionEntry> fill)
    {
        var id = new PredictionId(Guid.CreateVersion7(at)).Request;
        var entry = Log.Begin(model, schema, new() { Id = id, Rows = rows, Version = 1, Status = 200, Variant = "champion" })!;
        fill(entry);
        await Log.WriteAsync(entry, TestContext.Current.CancellationToken);
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
