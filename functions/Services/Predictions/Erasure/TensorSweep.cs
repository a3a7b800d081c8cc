using Apache.Arrow;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>
/// Deletes an hour's large tensors that no row refers to. One that was put or touched within <paramref name="held"/> may be about to be referred to:
/// it waits. The tensors are listed before the rows are read, and each is deleted as it was listed; so what a row refers to stays.
/// </summary>
internal sealed class TensorSweep(BlobServiceClient blobs, PredictionReader reader, TimeSpan held)
{
    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(PredictionPaths.Container);

    /// <summary>False when some wait, or were touched meanwhile: come again.</summary>
    public async Task<bool> RunAsync(ModelName model, DateTimeOffset hour, Action<string> before, CancellationToken cancel)
    {
        var (tensors, now) = await ListAsync(PredictionPaths.Tensors(model, hour), cancel);
        if (tensors.Count == 0) return true;
        before("refer");
        if (await ReferredAsync(model, hour, cancel) is not { } referred) return false;
        var whole = true;
        foreach (var tensor in tensors.Where(tensor => !referred.Contains(Path.GetFileNameWithoutExtension(tensor.Name))))
        {
            before("tensor");
            whole &= now - tensor.Properties.LastModified >= held && await TryDeleteAsync(tensor, cancel);
        }
        return whole;
    }

    // With storage's own time, so that clocks need not agree.
    private async Task<(List<BlobItem> Tensors, DateTimeOffset? Now)> ListAsync(string path, CancellationToken cancel)
    {
        var (tensors, now) = (new List<BlobItem>(), (DateTimeOffset?)null);
        await foreach (var page in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, path, cancel).AsPages())
        {
            tensors.AddRange(page.Values);
            now ??= page.GetRawResponse().Headers.Date;
        }
        return (tensors, now);
    }

    // Null when a file does not read: what it refers to is not known.
    private async Task<HashSet<string>?> ReferredAsync(ModelName model, DateTimeOffset hour, CancellationToken cancel)
    {
        var (referred, report) = (new HashSet<string>(StringComparer.Ordinal), new ReadReport());
        var files = await Partition.ListAsync(container, PredictionPaths.Hour(model, hour), cancel);
        await foreach (var batch in reader.HourAsync(files, column => column.EndsWith(LogColumns.Hash, StringComparison.Ordinal), report, cancel))
            using (batch)
                foreach (var hashes in batch.Arrays.OfType<StringArray>())
                    for (var row = 0; row < hashes.Length; row++)
                        if (hashes.IsValid(row)) referred.Add(hashes.GetString(row));
        return report.Flaws.Any(flaw => !files.Foreign.Contains(flaw.Path)) ? null : referred;
    }

    private async Task<bool> TryDeleteAsync(BlobItem tensor, CancellationToken cancel)
    {
        try
        {
            await container.GetBlobClient(tensor.Name).DeleteIfExistsAsync(conditions: new BlobRequestConditions { IfMatch = tensor.Properties.ETag }, cancellationToken: cancel);
            return true;
        }
        catch (RequestFailedException touched) when (touched.Status is 412)
        {
            return false;
        }
    }
}
