using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>The writers that ended without a shutdown, as far as storage tells.</summary>
public sealed class WriterJournals(BlobServiceClient blobs, TimeProvider clock)
{
    private static readonly TimeSpan Silence = WriterJournal.Interval * 5;

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(PredictionPaths.Container);

    /// <summary>Writers whose journal has not moved for five minutes and that had rows on their way when it last did.</summary>
    public async Task<IReadOnlyList<WriterCounts>> SilentAsync(CancellationToken cancel)
    {
        var silent = new List<WriterCounts>();
        try
        {
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, PredictionPaths.Writers, cancel))
                if (clock.GetUtcNow() - blob.Properties.LastModified > Silence && await ReadAsync(blob.Name, cancel) is { OnTheirWay: > 0 } counts) silent.Add(counts);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            // Nothing was ever logged, or a writer has just ended.
        }
        return silent;
    }

    private async Task<WriterCounts?> ReadAsync(string path, CancellationToken cancel)
    {
        try
        {
            var json = (await container.GetBlobClient(path).DownloadContentAsync(cancel)).Value.Content;
            return JsonSerializer.Deserialize(json.ToMemory().Span, PredictionJson.Default.WriterCounts);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
