using System.Collections.Concurrent;
using Serverless.Core.Registry;

namespace Serverless.Services.Registry;

/// <summary>
/// What serving knows of the models, without I/O on the hot path: a snapshot is handed out as it is for
/// <see cref="FreshFor"/>, then refreshed in the background while the old one goes on answering, also while storage is away.
/// One that nobody has asked for in a while is too old for that: then the refresh is waited for, but not for long, and not while storage is away.
/// </summary>
/// <param name="load">Reads one model from storage; null when there is none.</param>
/// <param name="clock">Measures age.</param>
public sealed class ModelSnapshots(Func<ModelName, CancellationToken, Task<ModelSnapshot?>> load, TimeProvider clock)
{
    /// <summary>How long another instance's change may stay unseen.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    /// <summary>From which age on a refresh is waited for, so that an idle instance follows a change as fast as a busy one.</summary>
    public static readonly TimeSpan OldFrom = FreshFor + TimeSpan.FromSeconds(3);

    /// <summary>For how long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>After a refresh that failed or took longer, how long none is waited for.</summary>
    public static readonly TimeSpan PatienceAgain = TimeSpan.FromSeconds(5);

    private const int MaximumMisses = 10_000;

    private readonly ConcurrentDictionary<ModelName, Entry> entries = new();
    private readonly ConcurrentDictionary<ModelName, Reading> readings = new();
    private long invalidations;

    /// <summary>The model as it is, or as it was at most <see cref="OldFrom"/> ago; older only while storage is away. Null when there is none.</summary>
    public ValueTask<ModelSnapshot?> GetAsync(ModelName name, CancellationToken cancel)
    {
        if (!entries.TryGetValue(name, out var entry)) return new(ReadAsync(name, cancel));
        var age = clock.GetElapsedTime(entry.ReadAt);
        if (age <= FreshFor) return new(entry.Snapshot);
        if (entry.Snapshot is null) return new(ReadAsync(name, cancel));
        if (entry.TryStartRefresh() is { } done) _ = RefreshAsync(name, entry, done);
        return age <= OldFrom || entry.FailedWithin(PatienceAgain, clock) ? new(entry.Snapshot) : new(WaitAsync(name, entry, cancel));
    }

    /// <summary>Forgets a model, so that its next reader sees what this instance has just written.</summary>
    public void Invalidate(ModelName name)
    {
        Interlocked.Increment(ref invalidations);
        entries.TryRemove(name, out _);
    }

    // Readers that come at once share one reading, but never one that began before an invalidation.
    private Task<ModelSnapshot?> ReadAsync(ModelName name, CancellationToken cancel)
    {
        var now = Interlocked.Read(ref invalidations);
        var reading = readings.AddOrUpdate(name, _ => new(this, name, now), (_, there) => there.Since == now ? there : new(this, name, now));
        return reading.Snapshot.WaitAsync(cancel);
    }

    private async Task<ModelSnapshot?> ReadAsync(ModelName name, Reading reading)
    {
        try
        {
            var readAt = clock.GetTimestamp();
            var snapshot = await load(name, CancellationToken.None);
            if (snapshot is null && entries.Count > MaximumMisses) return null;
            // What was read before an invalidation must not be kept after it.
            if (Interlocked.Read(ref invalidations) != reading.Since) return snapshot;
            var entry = entries[name] = new(snapshot, readAt);
            if (Interlocked.Read(ref invalidations) != reading.Since) entries.TryRemove(new(name, entry));
            return snapshot;
        }
        finally
        {
            readings.TryRemove(new(name, reading));
        }
    }

    private async Task<ModelSnapshot?> WaitAsync(ModelName name, Entry old, CancellationToken cancel)
    {
        try
        {
            await old.Refresh.WaitAsync(Patience, clock, cancel);
        }
        catch (TimeoutException)
        {
            old.Failed(clock.GetTimestamp());
        }
        // Without an entry, this instance has just written.
        return entries.TryGetValue(name, out var entry) ? entry.Snapshot : await ReadAsync(name, cancel);
    }

    private async Task RefreshAsync(ModelName name, Entry old, TaskCompletionSource done)
    {
        try
        {
            var readAt = clock.GetTimestamp();
            var snapshot = await load(name, CancellationToken.None);
            // An entry that was invalidated or replaced meanwhile is newer than what was read here.
            entries.TryUpdate(name, new(snapshot, readAt), old);
        }
        catch (Exception)
        {
            // Storage is away: the old snapshot goes on serving, the next reader tries again.
            old.RefreshFailed(clock.GetTimestamp());
        }
        finally
        {
            done.SetResult();
        }
    }

    private sealed class Reading(ModelSnapshots snapshots, ModelName name, long since)
    {
        private readonly Lock once = new();
        private Task<ModelSnapshot?>? started;

        public long Since => since;

        public Task<ModelSnapshot?> Snapshot
        {
            get
            {
                lock (once) return started ??= snapshots.ReadAsync(name, this);
            }
        }
    }

    private sealed class Entry(ModelSnapshot? snapshot, long readAt)
    {
        private TaskCompletionSource? refresh;
        private long failedAt = long.MinValue;

        public ModelSnapshot? Snapshot { get; } = snapshot;

        public long ReadAt { get; } = readAt;

        /// <summary>Ends with the refresh under way.</summary>
        public Task Refresh => Volatile.Read(ref refresh)?.Task ?? Task.CompletedTask;

        /// <summary>What the one who refreshes completes; null for everybody else.</summary>
        public TaskCompletionSource? TryStartRefresh()
        {
            if (Volatile.Read(ref refresh) is not null) return null;
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return Interlocked.CompareExchange(ref refresh, mine, null) is null ? mine : null;
        }

        public void RefreshFailed(long now)
        {
            Failed(now);
            Volatile.Write(ref refresh, null);
        }

        public void Failed(long now) => Volatile.Write(ref failedAt, now);

        public bool FailedWithin(TimeSpan time, TimeProvider clock) =>
            Volatile.Read(ref failedAt) is var at && at != long.MinValue && clock.GetElapsedTime(at) < time;
    }
}
