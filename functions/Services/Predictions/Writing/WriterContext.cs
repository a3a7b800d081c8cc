using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>What all streams of one writer share.</summary>
internal sealed class WriterContext(
    BlobContainerClient container, PredictionLogOptions options, PredictionCounters counters, LossLedger ledger, TimeProvider clock, ILogger logger, string id, byte[] hashKey)
{
    private int blobs;
    private long sequence;

    public PredictionLogOptions Options => options;

    public PredictionCounters Counters => counters;

    public TimeProvider Clock => clock;

    public ILogger Logger => logger;

    public byte[] HashKey => hashKey;

    public string Id => id;

    public TensorBlobs Tensors { get; } = new(container, clock);

    public FreshBlob Begin(ModelName model, DateTimeOffset hour)
    {
        counters.BeginFile();
        return new(container, PredictionPaths.Fresh(model, hour, id, Interlocked.Increment(ref blobs)), WasCompactedAsync);
    }

    /// <summary>The sequence number of a block's first row.</summary>
    public long Number(int rows) => Interlocked.Add(ref sequence, rows) - rows;

    public void Stored(SealedBlock block)
    {
        ledger.Settle(block.Rows);
        counters.Flush(block.Rows, clock.GetElapsedTime(block.AcceptedAt));
        counters.Charge(-block.Charge);
        block.Complete();
    }

    public void Dropped(SealedBlock block, DropReason reason, Exception cause)
    {
        Lose(block.Rows, reason);
        counters.Charge(-block.Charge);
        block.Fail(cause);
    }

    public void Lose(long rows, DropReason reason)
    {
        ledger.Settle(rows);
        counters.Drop(rows, reason);
        logger.RowsDropped(rows, reason);
    }

    // A blob that is gone was compacted; whether it held the block in doubt, the parts tell.
    private async Task<bool> WasCompactedAsync(string path, long end, CancellationToken cancel)
    {
        var partition = await Partition.ListAsync(container, path[..(path.LastIndexOf('/') + 1)], cancel);
        return partition.CoveredUpTo(path[(path.LastIndexOf('/') + 1)..]) >= end;
    }
}
