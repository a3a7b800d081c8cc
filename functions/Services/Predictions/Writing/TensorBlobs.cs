using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>
/// Stores large tensors under their hashes, before the rows that refer to them. One that is there already is touched instead: an erasure
/// leaves alone, for <see cref="Held"/>, what was put or touched, and within that time the rows are durable or the tensor is touched again.
/// </summary>
internal sealed class TensorBlobs(BlobContainerClient container, TimeProvider clock)
{
    /// <summary>How long after it was put or touched a tensor may be about to be referred to: longer than what is known stays known, and two tries after it.</summary>
    public static readonly TimeSpan Held = TimeSpan.FromMinutes(15);

    private const int AtOnce = 4;
    private const int MaximumKnown = 16_384;
    private static readonly TimeSpan Known = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, long> known = new();

    /// <summary>They are in storage when it returns. Tries once; what was done stays known to the next try.</summary>
    public async Task PutAsync(ModelName model, DateTimeOffset hour, IReadOnlyList<LargeTensor> tensors, CancellationToken cancel)
    {
        if (tensors.Count == 0) return;
        if (known.Count > MaximumKnown) known.Clear();
        using var timeout = new CancellationTokenSource(AttemptTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        await Parallel.ForEachAsync(tensors.DistinctBy(tensor => tensor.Sha256), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = either.Token },
            async (tensor, inner) => await PutAsync(PredictionPaths.Tensor(model, hour, tensor.Sha256), tensor.Bytes, inner));
    }

    private async Task PutAsync(string path, byte[] bytes, CancellationToken cancel)
    {
        if (known.TryGetValue(path, out var since) && clock.GetElapsedTime(since) < Known) return;
        // From before the request: what storage did, it did later.
        var now = clock.GetTimestamp();
        var blob = container.GetBlobClient(path);
        try
        {
            await blob.UploadAsync(new BinaryData(bytes), new BlobUploadOptions { Conditions = new() { IfNoneMatch = ETag.All } }, cancel);
        }
        catch (RequestFailedException refusal) when (refusal.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancel);
            throw;
        }
        catch (RequestFailedException refusal) when (refusal.Status is 409 or 412)
        {
            // A refusal that is none, as a proxy may give it, ends here with 404, and in the next try.
            await blob.SetMetadataAsync(new Dictionary<string, string>(), cancellationToken: cancel);
        }
        known[path] = now;
    }
}
