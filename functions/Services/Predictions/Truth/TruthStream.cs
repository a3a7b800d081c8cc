using Azure;
using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

/// <summary>One model's statements of one hour on their way into an append blob. Those who wait together share an append.</summary>
internal sealed class TruthStream(TruthRows columns, ModelName model, string writer, Func<FreshBlob> begin, Func<CancellationToken, Task> mark, PredictionLogOptions options, TimeProvider clock)
{
    private const int Attempts = 6;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(20);

    private readonly Lock gate = new();
    private Batch? waiting;
    private Task last = Task.CompletedTask;
    private FreshBlob? blob;

    /// <summary>When it was used last, by the clock's timestamp.</summary>
    public long UsedAt { get; private set; } = clock.GetTimestamp();

    /// <summary>Durable when it returns. What was handed over is sent even when the caller leaves.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.Unavailable"/>: perhaps stored, perhaps not; a repetition does no harm.</exception>
    public Task AppendAsync(IReadOnlyList<TruthRow> rows, CancellationToken cancel)
    {
        Batch mine;
        lock (gate)
        {
            mine = waiting ??= Begin();
            mine.Rows.AddRange(rows);
        }
        return mine.Stored.WaitAsync(cancel);
    }

    private Batch Begin()
    {
        var batch = new Batch();
        batch.Stored = last = SendAfterAsync(last, batch);
        return batch;
    }

    private async Task SendAfterAsync(Task before, Batch batch)
    {
        // The caller holds the gate: go on outside of it.
        await Task.WhenAny(before).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        lock (gate) waiting = null;
        UsedAt = clock.GetTimestamp();
        try
        {
            await SendAsync(batch.Rows);
        }
        catch (Exception failure) when (failure is RequestFailedException or OperationCanceledException or IOException or AggregateException)
        {
            blob = null;
            throw new ProblemException(ProblemKind.Unavailable, "Storage did not take it. Send it again: what was stored is not stored twice.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
    }

    private async Task SendAsync(IReadOnlyList<TruthRow> rows)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (blob is null || blob.Blocks >= options.MaximumBlocks) blob = begin();
            var block = columns.Block(rows, blob.Blocks == 0 ? model.Value : null, writer);
            try
            {
                using var timeout = new CancellationTokenSource(AttemptTimeout, clock);
                if (blob.Blocks == 0) await mark(timeout.Token);
                var outcome = await blob.AppendAsync(block, block.Length, timeout.Token);
                if (outcome == AppendOutcome.Stored) return;
                if (outcome == AppendOutcome.Refused || attempt >= Attempts) throw new IOException("Storage refuses the block.");
                blob = null;
            }
            catch (Exception failure) when (attempt < Attempts && failure is RequestFailedException or OperationCanceledException or AggregateException)
            {
                var delay = FirstDelay * Math.Pow(4, attempt - 1);
                await Task.Delay(delay < options.MaximumBackoff ? delay : options.MaximumBackoff, clock, CancellationToken.None);
            }
        }
    }

    private sealed class Batch
    {
        public List<TruthRow> Rows { get; } = [];

        public Task Stored { get; set; } = Task.CompletedTask;
    }
}
