using System.Collections.Concurrent;
using Serverless.Core.Registry;

namespace Serverless.Services.Registry;

/// <summary>
/// What serving knows of the models, without I/O on the hot path: a snapshot is handed out as it is for
/// <see cref="FreshFor"/>, then refreshed in the background while the old one goes on answering, also while storage is away.
/// </summary>
/// <param name="load">Reads one model from storage; null when there is none.</param>
/// <param name="clock">Measures age.</param>
public sealed class ModelSnapshots(Func<ModelName, CancellationToken, Task<ModelSnapshot?>> load, TimeProvider clock)
{
    /// <summary>How long another instance's change may stay unseen.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    private const int MaximumMisses = 10_000;

    private readonly ConcurrentDictionary<ModelName, Entry> entries = new();
    private readonly ConcurrentDictionary<ModelName, Reading> readings = new();
    private long invalidations;

    /// <summary>The model as it is (at most <see cref="FreshFor"/> and one background read ago), or null when there is none.</summary>
    public ValueTask<ModelSnapshot?> GetAsync(ModelName name, CancellationToken cancel)
    {
        if (!entries.TryGetValue(name, out var entry)) return new(ReadAsync(name, cancel));
        if (clock.GetElapsedTime(entry.ReadAt) <= FreshFor) return new(entry.Snapshot);
        if (entry.Snapshot is null) return new(ReadAsync(name, cancel));
        if (entry.TryStartRefresh()) _ = RefreshAsync(name, entry);
        return new(entry.Snapshot);
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

    private async Task RefreshAsync(ModelName name, Entry old)
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
            old.RefreshFailed();
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
        private int refreshing;

        public ModelSnapshot? Snapshot { get; } = snapshot;

        public long ReadAt { get; } = readAt;

        public bool TryStartRefresh() => Interlocked.Exchange(ref refreshing, 1) == 0;

        public void RefreshFailed() => Volatile.Write(ref refreshing, 0);
    }
}
