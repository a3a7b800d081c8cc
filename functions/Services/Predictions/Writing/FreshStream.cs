using System.Diagnostics;
using System.Globalization;
using Azure;
using Serverless.Core.Registry;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Predictions;

/// <summary>One model's rows of one hour and schema, on their way into append blobs. Filled by the log's loop alone; sends by itself.</summary>
internal sealed class FreshStream(ModelName model, DateTimeOffset hour, PredictionSchema first, WriterContext context, Action woken, CancellationToken abandon)
{
    private const int BlockBytes = 2 << 20;
    private const int SliceBytes = 1 << 20;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(30);

    private readonly Queue<(SealedBlock Block, StreamSchema Schema)> queue = new();
    private readonly Lock gate = new();
    private readonly LoggingPolicy policy = first.Policy;
    private StreamSchema schema = StreamSchema.Of(first);
    private BlockBuilder builder = new(StreamSchema.Of(first), context.HashKey);
    private List<TaskCompletionSource> waiting = [];
    private List<LargeTensor> tensors = [];
    private List<Activity> traced = [];
    private long oldest;
    private long charge;
    private long bytes;
    private int progress;
    private int whole;
    private bool sending;

    // Of the sender alone.
    private FreshBlob? blob;
    private StreamSchema? blobSchema;

    /// <summary>Everything that was sealed is settled.</summary>
    public Task Idle { get; private set; } = Task.CompletedTask;

    public bool IsEmpty => builder.Rows == 0 && Idle.IsCompleted;

    public DateTimeOffset Hour => hour;

    /// <summary>When it last took rows, by the clock's timestamp.</summary>
    public long UsedAt { get; private set; } = context.Clock.GetTimestamp();

    public void Add(PredictionEntry entry)
    {
        var wider = schema.Widen(entry.Header);
        if (wider != schema) Change(wider);
        progress = 0;
        UsedAt = entry.AcceptedAt;
        var rows = entry.Header.Rows;
        var rowBytes = (int)Math.Min((entry.Bytes + (entry.Large?.Bytes ?? 0)) / rows + 64, int.MaxValue);
        for (var row = 0; row < rows;)
        {
            var count = Math.Min(rows - row, Math.Clamp(Math.Min(SliceBytes / rowBytes, policy.FlushRows - builder.Rows), 1, int.MaxValue));
            if (builder.Rows == 0) oldest = entry.AcceptedAt;
            builder.Add(entry, row, count);
            entry.Large?.CopyTo(tensors, row, count);
            row += count;
            (progress, whole) = (row, builder.Rows);
            bytes += (long)count * rowBytes;
            Account(entry, last: row == rows);
            if (bytes >= BlockBytes || builder.Rows >= policy.FlushRows) Seal();
        }
    }

    /// <summary>Whether the rows in the builder must go now.</summary>
    public bool IsDue(TimeSpan tick) => builder.Rows > 0 &&
        (context.Clock.GetElapsedTime(oldest) + tick > policy.FlushAfter || (waiting.Count > 0 && !IsSending()));

    /// <summary>Closes the block that is being filled and sends it after those before it.</summary>
    public void Seal()
    {
        if (builder.Rows == 0) return;
        var rows = builder.Rows;
        // What is stored beside the block counts for its size, not in it.
        var buffer = new BlockBuffer(tensors.Count > 0 ? 4096 : (int)bytes + 4096);
        buffer.Take(Frame.HeadBytes);
        builder.Encode(buffer);
        new Frame(FrameKind.Rows, buffer.Length - Frame.HeadBytes, rows, context.Number(rows)).Seal(buffer.Span);
        Enqueue(new(buffer, rows, charge, oldest, waiting, tensors) { Requests = traced });
        (waiting, tensors, traced, charge, bytes, whole) = ([], [], [], 0, 0, 0);
    }

    /// <summary>Gives up an entry that does not become columns, and with it the block that it spoilt.</summary>
    public void Discard(PredictionEntry entry, Exception cause)
    {
        entry.Durable?.TrySetException(cause);
        var rows = whole + entry.Header.Rows - progress;
        context.Dropped(new(new BlockBuffer(0), rows, charge + entry.Charge, oldest, waiting, []), DropReason.Unencodable, cause);
        builder = new(schema, context.HashKey);
        (waiting, tensors, traced, charge, bytes, whole) = ([], [], [], 0, 0, 0);
    }

    private void Change(StreamSchema wider)
    {
        Seal();
        schema = wider;
        builder = new(wider, context.HashKey);
    }

    // The entry's last slice carries its memory and its waiter: blocks are stored in order.
    private void Account(PredictionEntry entry, bool last)
    {
        if (!last) return;
        charge += entry.Charge;
        if (entry.Durable is { } durable) waiting.Add(durable);
        if (entry.Request is { } request && traced.Count < LogTracing.MostLinks) traced.Add(request);
    }

    private bool IsSending()
    {
        lock (gate) return sending;
    }

    private void Enqueue(SealedBlock block)
    {
        lock (gate)
        {
            queue.Enqueue((block, schema));
            if (sending) return;
            sending = true;
            Idle = Task.Run(SendAllAsync, CancellationToken.None);
        }
    }

    private async Task SendAllAsync()
    {
        while (true)
        {
            (SealedBlock Block, StreamSchema Schema) next;
            lock (gate)
            {
                if (!queue.TryPeek(out next))
                {
                    sending = false;
                    break;
                }
            }
            await SendAsync(next.Block, next.Schema);
            lock (gate) queue.Dequeue();
        }
        woken();
    }

    private async Task SendAsync(SealedBlock block, StreamSchema itsSchema)
    {
        using var span = LogTracing.Store(model, block);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var outcome = await TryAsync(block, itsSchema);
                if (outcome == AppendOutcome.Moved) await MoveAsync(block, attempt);
                if (outcome == AppendOutcome.Stored) context.Stored(block);
                if (outcome == AppendOutcome.Refused) context.Dropped(block, DropReason.Unencodable, new IOException("Storage refuses this block."));
                if (outcome != AppendOutcome.Moved)
                {
                    span?.SetTag("mlops.log.attempts", attempt);
                    if (attempt > 2) context.Logger.AppendRecovered(attempt);
                    return;
                }
            }
            catch (Exception failure)
            {
                if (abandon.IsCancellationRequested)
                {
                    span.Failed(failure);
                    context.Dropped(block, DropReason.Shutdown, failure);
                    return;
                }
                await WaitAsync(block, attempt, failure);
            }
        }
    }

    private async Task<AppendOutcome> TryAsync(SealedBlock block, StreamSchema itsSchema)
    {
        abandon.ThrowIfCancellationRequested();
        if (blob is null || blobSchema != itsSchema || blob.Blocks >= context.Options.MaximumBlocks)
        {
            blob = context.Begin(model, hour);
            blobSchema = itsSchema;
        }
        await context.Tensors.PutAsync(model, hour, block.Tensors, abandon);
        using var timeout = new CancellationTokenSource(AttemptTimeout, context.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abandon);
        var outcome = await AppendAsync(block, itsSchema, either.Token);
        return outcome;
    }

    // A blob's first append brings its schema along.
    private async Task<AppendOutcome> AppendAsync(SealedBlock block, StreamSchema itsSchema, CancellationToken cancel)
    {
        var body = block.Buffer.Memory;
        if (blob!.Blocks == 0) body = (byte[])[.. new FreshSchema(model.Value, context.Id, itsSchema.Columns).ToBlock(), .. body.Span];
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray<byte>(body, out var bytesOfBlock);
        var outcome = await blob.AppendAsync(bytesOfBlock.Array!, body.Length, cancel);
        if (outcome == AppendOutcome.Stored) context.Counters.Append(body.Length);
        return outcome;
    }

    // A second move in a row is no accident: storage is given time.
    private Task MoveAsync(SealedBlock block, int attempt)
    {
        blob = null;
        return attempt == 1 ? Task.CompletedTask : WaitAsync(block, attempt, new IOException("The blob took no more."));
    }

    private async Task WaitAsync(SealedBlock block, int attempt, Exception failure)
    {
        var delay = FirstDelay * Math.Pow(2, Math.Min(attempt - 1, 12));
        if (delay > context.Options.MaximumBackoff) delay = context.Options.MaximumBackoff;
        var reason = failure is RequestFailedException refusal ? string.Create(CultureInfo.InvariantCulture, $"{refusal.Status} {refusal.ErrorCode}") : failure.GetType().Name;
        context.Logger.AppendFailed(block.Rows, attempt, delay, reason);
        await Task.Delay(delay, context.Clock, abandon).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
