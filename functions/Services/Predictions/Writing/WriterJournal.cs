using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>
/// A writer's counts in storage, once a minute while it writes, gone when it ends well. For instances whose disk goes with them:
/// what stands there after a writer's death bounds what it lost.
/// </summary>
internal sealed class WriterJournal(BlobContainerClient container, string writer, LossLedger ledger, TimeProvider clock)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly BlobClient blob = container.GetBlobClient(PredictionPaths.Writer(writer));
    private long writtenAt;
    private long acceptedThen;
    private Task writing = Task.CompletedTask;

    /// <summary>Writes when it is time and something has changed. Never fails: the next one may do better.</summary>
    public void Beat()
    {
        if (!writing.IsCompleted || ledger.Accepted == acceptedThen || (writtenAt != 0 && clock.GetElapsedTime(writtenAt) < Interval)) return;
        writtenAt = clock.GetTimestamp();
        acceptedThen = ledger.Accepted;
        writing = WriteAsync(new(writer, ledger.Accepted, ledger.Settled, clock.GetUtcNow()));
    }

    /// <summary>The writer has ended: its journal goes when all it took is settled.</summary>
    public async Task EndAsync(CancellationToken cancel)
    {
        await writing;
        if (writtenAt == 0 || cancel.IsCancellationRequested) return;
        try
        {
            await blob.DeleteIfExistsAsync(cancellationToken: cancel);
        }
        catch (Exception failure) when (failure is RequestFailedException or IOException or OperationCanceledException)
        {
            // It will look as if the writer had died with nothing lost.
        }
    }

    private async Task WriteAsync(WriterCounts counts)
    {
        try
        {
            await blob.UploadAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(counts, PredictionJson.Default.WriterCounts)), overwrite: true);
        }
        catch (Exception failure) when (failure is RequestFailedException or IOException or AggregateException or OperationCanceledException)
        {
            // Storage is away; so are the blocks, and those are waited for.
        }
    }
}

/// <summary>A writer's counts at a time.</summary>
/// <param name="Writer">The writer.</param>
/// <param name="Accepted">Rows that it had accepted.</param>
/// <param name="Settled">Rows of them that were durable, or dropped and counted.</param>
/// <param name="At">When.</param>
public sealed record WriterCounts(string Writer, long Accepted, long Settled, DateTimeOffset At)
{
    /// <summary>Rows that were on their way: known lost, were the writer dead since then, unless they were stored after.</summary>
    public long OnTheirWay => Accepted - Settled;
}
