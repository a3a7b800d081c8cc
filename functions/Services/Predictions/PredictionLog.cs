using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Hashing;
using System.Text;
using System.Threading.Channels;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>
/// The prediction log's writing end. A request hands its entry over and goes on; one loop turns entries into columns,
/// and each model's stream stores them, block by block. Memory is bounded, and what happens at the bound is the policy's.
/// </summary>
public sealed class PredictionLog : IAsyncDisposable
{
    private const int DrainBytes = 256 << 10;
    private const int EntryBytes = 128;
    private const int KnownSchemas = 4096;
    private const long MillisecondsAnHour = 3_600_000;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan KeptWhenIdle = TimeSpan.FromMinutes(10);

    private readonly ConcurrentQueue<PredictionEntry> queue = new();
    private readonly ConcurrentQueue<TaskCompletionSource<Task>> flushes = new();
    private readonly Channel<bool> signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly Dictionary<(ModelName, long, string), FreshStream> streams = [];
    private readonly Dictionary<(ModelName, long, PredictionSchema), FreshStream> known = [];
    private readonly CancellationTokenSource abandon = new();
    private readonly PredictionLogOptions options;
    private readonly PredictionCounters counters;
    private readonly LossLedger ledger;
    private readonly WriterContext context;
    private readonly WriterJournal journal;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly ITimer timer;
    private readonly Task loop;
    private long drainBytes;
    private int armed;
    private bool warned;
    private volatile bool stopping;

    /// <summary>Starts the log of this process.</summary>
    public PredictionLog(BlobServiceClient blobs, IOptions<PredictionLogOptions> options, PredictionCounters counters, TimeProvider clock, ILogger<PredictionLog> logger)
        : this(blobs, options, counters, clock, logger, aside: false)
    {
    }

    internal PredictionLog(BlobServiceClient blobs, IOptions<PredictionLogOptions> options, PredictionCounters counters, TimeProvider clock, ILogger<PredictionLog> logger, bool aside)
    {
        (this.options, this.counters, this.clock, this.logger) = (options.Value, counters, clock, logger);
        WriterId = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
        // Of this storage alone: what another application of this machine has lost is not ours to tell.
        var folder = this.options.LedgerFolder ?? Path.Combine(Path.GetTempPath(), "serverless-mlops", "ledgers", $"{XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(blobs.Uri.ToString())):x16}");
        foreach (var (writer, accepted, lost) in LossLedger.Reconcile(folder)) TellLost(writer, accepted, lost);
        ledger = LossLedger.Open(folder, WriterId);
        context = new(blobs.GetBlobContainerClient(PredictionPaths.Container), this.options, counters, ledger, clock, logger, WriterId, this.options.HashKeyFor(blobs.AccountName));
        journal = new(blobs.GetBlobContainerClient(PredictionPaths.Container), WriterId, ledger, clock);
        timer = clock.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        loop = aside ? RunAside() : Task.Run(RunAsync);
    }

    /// <summary>Names this process in the files that it writes.</summary>
    public string WriterId { get; }

    /// <summary>Refuses a request, before its work is done, when there is no room for its rows and the policy says reject.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.Unavailable"/></exception>
    public void Admit(LoggingPolicy policy)
    {
        if (policy.Pressure == LogPressure.RejectRequests && policy.Mode != LoggingMode.Off && counters.PendingBytes >= options.MaximumBytes)
            throw new ProblemException(ProblemKind.Unavailable, "The prediction log is full; storage does not take it as fast as predictions come.") { RetryAfter = TimeSpan.FromSeconds(1) };
    }

    /// <summary>Whether a row that comes now is taken.</summary>
    public bool HasRoom => counters.PendingBytes < options.MaximumBytes;

    /// <summary>An entry to fill for this request, or null when the policy keeps none of it.</summary>
    public PredictionEntry? Begin(ModelName model, PredictionSchema schema, in PredictionHeader header)
    {
        if (schema.Policy.Mode == LoggingMode.Off) return null;
        if (!IsSampled(header.Id, schema.Policy.SampleShare))
        {
            counters.LeaveOut();
            return null;
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(header.Rows, 1, nameof(header));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(header.Rows, PredictionId.MaximumRows, nameof(header));
        if (counters.PendingBytes < options.MaximumBytes && !stopping) return new(model, schema, header);
        counters.Drop(header.Rows, stopping ? DropReason.Shutdown : DropReason.Pressure);
        if (schema.Policy.Mode == LoggingMode.Acknowledged) throw Unlogged();
        return null;
    }

    /// <summary>Takes an entry over. In buffered mode this returns at once; in acknowledged mode when its rows are durable.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.Unavailable"/>, in acknowledged mode: the rows are not durable.</exception>
    public ValueTask WriteAsync(PredictionEntry entry, CancellationToken cancel)
    {
        var acknowledged = entry.Schema.Policy.Mode == LoggingMode.Acknowledged;
        if (acknowledged) entry.Durable = new(TaskCreationOptions.RunContinuationsAsynchronously);
        entry.AcceptedAt = clock.GetTimestamp();
        entry.Request = LogTracing.Request;
        entry.Charge = entry.Bytes + (entry.Large?.Bytes ?? 0) + EntryBytes + (long)RowBytes(entry.Header) * entry.Header.Rows;
        counters.Accept(entry.Header.Rows);
        counters.Charge(entry.Charge);
        ledger.Accept(entry.Header.Rows);
        queue.Enqueue(entry);
        if (acknowledged || Interlocked.Add(ref drainBytes, entry.Charge) >= DrainBytes) Wake();
        else Arm();
        return acknowledged ? new(WaitAsync(entry.Durable!, cancel)) : ValueTask.CompletedTask;
    }

    /// <summary>Gives up an entry that could not be filled: it is counted, and in acknowledged mode its request is refused.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.Unavailable"/>, in acknowledged mode.</exception>
    public void Discard(PredictionEntry entry, Exception failure)
    {
        counters.Drop(entry.Header.Rows, DropReason.Unencodable);
        logger.Unencodable(failure);
        entry.Dispose();
        if (entry.Schema.Policy.Mode == LoggingMode.Acknowledged) throw Unlogged();
    }

    /// <summary>Sends everything that was handed over so far and waits until it is settled.</summary>
    public async Task FlushAsync(CancellationToken cancel)
    {
        var sealedNow = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        flushes.Enqueue(sealedNow);
        Wake();
        if (loop.IsCompleted) return;
        var settled = await sealedNow.Task.WaitAsync(cancel);
        await settled.WaitAsync(cancel);
    }

    /// <summary>Flushes and ends. Rows that storage has not taken when <paramref name="cancel"/> fires are dropped and counted.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        stopping = true;
        await using (cancel.Register(abandon.Cancel))
        {
            if (!loop.IsCompleted) await FlushAsync(CancellationToken.None);
            signal.Writer.TryComplete();
            await loop;
        }
        await journal.EndAsync(cancel);
        await timer.DisposeAsync();
        ledger.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!loop.IsCompleted) await StopAsync(new CancellationToken(canceled: true));
        abandon.Dispose();
    }

    /// <summary>Whether the sample keeps a request: decided by its id alone.</summary>
    public static bool IsSampled(PredictionId id, double share)
    {
        if (share >= 1) return true;
        Span<byte> bytes = stackalloc byte[16];
        id.Request.Write(bytes);
        return XxHash3.HashToUInt64(bytes) / 18446744073709551616.0 < share;
    }

    private static async Task WaitAsync(TaskCompletionSource durable, CancellationToken cancel)
    {
        try
        {
            await durable.Task.WaitAsync(cancel);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            throw Unlogged();
        }
    }

    private static ProblemException Unlogged() => new(ProblemKind.Unavailable, "The prediction could not be logged, and the policy asks for that.");

    // About: rows with keys of their own take a list and its texts each.
    private static int RowBytes(in PredictionHeader header) => 64 + (header.RowSegments is null ? 0 : 256) + (header.RowEntities is null ? 0 : 256);

    private void Wake() => signal.Writer.TryWrite(true);

    private void Arm()
    {
        if (Volatile.Read(ref armed) == 0 && Interlocked.Exchange(ref armed, 1) == 0) timer.Change(Tick, Timeout.InfiniteTimeSpan);
    }

    private async Task RunAsync()
    {
        // The loop goes on when the request that happened to start it is over.
        Activity.Current = null;
        while (await signal.Reader.WaitToReadAsync(CancellationToken.None)) TryTurn();
    }

    // On a thread of its own, which a pool's would not stay.
    private Task RunAside()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        BackgroundThread.Start("shadow log", () =>
        {
            while (signal.Reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult()) TryTurn();
            ended.SetResult();
        });
        return ended.Task;
    }

    private void TryTurn()
    {
        signal.Reader.TryRead(out _);
        try
        {
            Turn();
        }
        catch (Exception failure)
        {
            logger.LoopFailed(failure);
        }
    }

    private void Turn()
    {
        Volatile.Write(ref armed, 0);
        Interlocked.Exchange(ref drainBytes, 0);
        var asked = flushes.Count;
        while (queue.TryDequeue(out var entry)) Take(entry);
        foreach (var stream in streams.Values)
            if (asked > 0 || stream.IsDue(Tick)) stream.Seal();
        while (asked-- > 0 && flushes.TryDequeue(out var flush)) flush.SetResult(Task.WhenAll(streams.Values.Select(stream => stream.Idle)));
        Forget();
        journal.Beat();
        if (streams.Values.Any(stream => !stream.IsEmpty)) Arm();
    }

    private void Take(PredictionEntry entry)
    {
        using (entry)
        {
            var stream = StreamOf(entry);
            try
            {
                stream.Add(entry);
            }
            catch (Exception failure)
            {
                logger.Unencodable(failure);
                stream.Discard(entry, failure);
            }
        }
    }

    // A schema's fingerprint is a long text: where the schema itself has been seen, it need not be hashed.
    private FreshStream StreamOf(PredictionEntry entry)
    {
        var hour = entry.Header.Id.Milliseconds / MillisecondsAnHour;
        if (known.TryGetValue((entry.Model, hour, entry.Schema), out var stream)) return stream;
        var key = (entry.Model, hour, entry.Schema.Fingerprint);
        if (options.HashKey is null && !warned && entry.Schema.Policy.Features.Values.Any(rule => rule.Kind == FeatureRuleKind.Hash))
        {
            warned = true;
            logger.NoHashKey();
        }
        if (!streams.TryGetValue(key, out stream))
            streams[key] = stream = new(entry.Model, DateTimeOffset.FromUnixTimeMilliseconds(hour * MillisecondsAnHour), entry.Schema, context, Wake, abandon.Token);
        return known[(entry.Model, hour, entry.Schema)] = stream;
    }

    // A stream of a past hour may be wanted still: rows that waited for storage, or for their request's end, come late.
    private void Forget()
    {
        var now = clock.GetUtcNow();
        foreach (var (key, stream) in streams)
            if (stream.IsEmpty && now - stream.Hour > TimeSpan.FromHours(1) && clock.GetElapsedTime(stream.UsedAt) > KeptWhenIdle && streams.Remove(key)) known.Clear();
        // Every change of a model's policy is another schema.
        if (known.Count > KnownSchemas) known.Clear();
    }

    private void TellLost(string writer, long accepted, long lost)
    {
        counters.Drop(lost, DropReason.Killed);
        logger.WriterWasKilled(writer, accepted, lost);
    }
}
