using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Serverless.Services.Predictions;

/// <summary>
/// One append blob with one writer. Every append names the position where it must land, so a block whose response was lost
/// is found there on the next try and not stored twice.
/// </summary>
internal sealed class FreshBlob(BlobContainerClient container, string path, Func<string, long, CancellationToken, Task<bool>> wasCompacted)
{
    private readonly AppendBlobClient blob = container.GetAppendBlobClient(path);
    private long position;
    private bool created;

    public int Blocks { get; private set; }

    /// <summary>Tries once. A failure that leaves the outcome open throws, and the next try finds out.</summary>
    public async Task<AppendOutcome> AppendAsync(byte[] block, int length, CancellationToken cancel)
    {
        try
        {
            if (!created) await CreateAsync(cancel);
            var conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = position };
            await blob.AppendBlockAsync(new MemoryStream(block, 0, length, writable: false), new AppendBlobAppendBlockOptions { Conditions = conditions }, cancel);
            return Stored(length);
        }
        catch (RequestFailedException refusal) when (refusal.Status is 404 && created)
        {
            return await wasCompacted(path, position + length, cancel) ? AppendOutcome.Stored : AppendOutcome.Moved;
        }
        catch (RequestFailedException refusal) when (refusal.Status is 412)
        {
            return await LookAsync(block, length, cancel);
        }
        catch (RequestFailedException refusal) when (refusal.Status is 409 or 413)
        {
            return Blocks == 0 ? AppendOutcome.Refused : AppendOutcome.Moved;
        }
    }

    private async Task CreateAsync(CancellationToken cancel)
    {
        try
        {
            await blob.CreateAsync(new AppendBlobCreateOptions { Conditions = new() { IfNoneMatch = ETag.All } }, cancel);
        }
        catch (RequestFailedException refusal) when (refusal.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancel);
            throw;
        }
        catch (RequestFailedException refusal) when (refusal.ErrorCode == BlobErrorCode.BlobAlreadyExists || refusal.ErrorCode == BlobErrorCode.ConditionNotMet)
        {
            // Its name holds this writer's id: it was made by an earlier try whose response was lost.
        }
        created = true;
    }

    // Only this writer appends here, so what stands at the position is this block or nothing.
    private async Task<AppendOutcome> LookAsync(byte[] block, int length, CancellationToken cancel)
    {
        var properties = (await blob.GetPropertiesAsync(cancellationToken: cancel)).Value;
        if (properties.ContentLength == position) throw new RequestFailedException(503, "The position was refused and is right.");
        if (properties.ContentLength < position + Frame.HeadBytes) return AppendOutcome.Moved;
        var options = new BlobDownloadOptions { Range = new HttpRange(position, length) };
        var stored = (await blob.DownloadContentAsync(options, cancel)).Value.Content.ToMemory();
        return stored.Span.SequenceEqual(block.AsSpan(0, length)) ? Stored(length) : AppendOutcome.Moved;
    }

    private AppendOutcome Stored(int length)
    {
        position += length;
        Blocks++;
        return AppendOutcome.Stored;
    }
}

/// <summary>What became of an append.</summary>
internal enum AppendOutcome
{
    /// <summary>It is durable.</summary>
    Stored,
    /// <summary>It is not there and this blob takes no more: begin another.</summary>
    Moved,
    /// <summary>Storage will never take it.</summary>
    Refused,
}
