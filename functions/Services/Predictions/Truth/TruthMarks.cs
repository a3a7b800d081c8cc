using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>
/// Marks hours too old for the frequent compaction that got truth all the same, so that it finds them with one listing. A mark is put before
/// a blob is begun; it goes when its hour is compacted and nobody has put it again, which whoever begins the next blob does.
/// </summary>
internal sealed class TruthMarks(BlobContainerClient container)
{
    /// <summary>Younger hours are looked at every few minutes anyway.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromDays(2);

    // What is young when its blob is begun stays so until that is compacted.
    private static readonly TimeSpan Margin = TimeSpan.FromHours(2);

    /// <summary>Marks an hour, if it is old.</summary>
    public async Task MarkAsync(ModelName model, DateTimeOffset hour, DateTimeOffset now, CancellationToken cancel)
    {
        if (now - hour < Recent - Margin) return;
        try
        {
            await container.GetBlobClient(PredictionPaths.Touched(model, hour)).UploadAsync(BinaryData.Empty, overwrite: true, cancel);
        }
        catch (RequestFailedException refusal) when (refusal.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancel);
            throw;
        }
    }

    /// <summary>The marked hours of a model.</summary>
    public async Task<List<(DateTimeOffset Hour, string Path, ETag Tag)>> ListAsync(ModelName model, CancellationToken cancel)
    {
        var marks = new List<(DateTimeOffset, string, ETag)>();
        try
        {
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, PredictionPaths.Touched(model), cancel))
                if (PredictionPaths.ParseTouched(blob.Name) is { } hour) marks.Add((hour, blob.Name, blob.Properties.ETag ?? default));
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            // Nothing was ever said.
        }
        return marks;
    }

    /// <summary>Takes a mark away, unless it was put again.</summary>
    public async Task ClearAsync(string path, ETag tag, CancellationToken cancel)
    {
        try
        {
            await container.GetBlobClient(path).DeleteIfExistsAsync(conditions: new BlobRequestConditions { IfMatch = tag }, cancellationToken: cancel);
        }
        catch (RequestFailedException again) when (again.Status is 412)
        {
            // The next run looks again.
        }
    }
}
