using System.Runtime.CompilerServices;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;

namespace Serverless.Services.Rollout.Live;

/// <summary>
/// Windows hour by hour. What an hour came to is kept in memory until one of its files changes (a row, a late label, a correction, compaction, an erasure:
/// the listing tells), so that a look at a window of days reads the present hour and what changed.
/// </summary>
internal sealed class LiveHours(PredictionReader predictions, TruthReader truth)
{
    // Hours that are read side by side: memory is their number times one's rows.
    private const int AtOnce = 2;
    private const int Kept = 2_048;

    private readonly Lock gate = new();
    private readonly Dictionary<Key, LinkedListNode<(Key Key, UInt128 Fingerprint, object Tally)>> kept = [];
    private readonly LinkedList<(Key Key, UInt128 Fingerprint, object Tally)> used = [];
    private long reads;

    /// <summary>Hours that were read, not remembered.</summary>
    public long Reads => Interlocked.Read(ref reads);

    /// <summary>The tallies of a window's hours, in order.</summary>
    /// <param name="model">The model.</param>
    /// <param name="from">The earliest time.</param>
    /// <param name="to">The time before which rows were made.</param>
    /// <param name="what">What the tally is of: equal for equal ways of counting.</param>
    /// <param name="settled">Hours that end after this change without their files doing so, and are not kept.</param>
    /// <param name="read">Counts an hour.</param>
    /// <param name="cancel">Ends the reading.</param>
    public Task<IReadOnlyList<T>> TallyAsync<T>(
        ModelName model, DateTimeOffset from, DateTimeOffset to, string what, DateTimeOffset settled, Func<LiveHour, CancellationToken, Task<T>> read, CancellationToken cancel) where T : class =>
        Overtaken.AgainAsync(() => OnceAsync(model, from, to, what, settled, read, cancel));

    private async Task<IReadOnlyList<T>> OnceAsync<T>(
        ModelName model, DateTimeOffset from, DateTimeOffset to, string what, DateTimeOffset settled, Func<LiveHour, CancellationToken, Task<T>> read, CancellationToken cancel) where T : class
    {
        var hours = await ListAsync(model, from, to, cancel).ToListAsync(cancel);
        var tallies = new T[hours.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, hours.Count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (at, inner) =>
        {
            var (hour, key) = (hours[at], new Key(model, hours[at].From, hours[at].To, what));
            var fingerprint = hour.Fingerprint();
            if (Find(key, fingerprint) is T known)
            {
                tallies[at] = known;
                return;
            }
            Interlocked.Increment(ref reads);
            tallies[at] = await read(hour, inner);
            if (hour.IsOver && hour.To <= settled) Keep(key, fingerprint, tallies[at]);
        });
        return tallies;
    }

    private async IAsyncEnumerable<LiveHour> ListAsync(ModelName model, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (to <= from) yield break;
        // Truth before the log: a label that is listed is of a row that is there, or comes with the next look.
        var labels = await FilesAsync(truth.Files(TruthKind.Labels).Reader);
        var outcomes = await FilesAsync(truth.Files(TruthKind.Outcomes).Reader);
        foreach (var (hour, log) in await FilesAsync(predictions))
            yield return new(hour, from > hour ? from : hour, to < hour.AddHours(1) ? to : hour.AddHours(1), log, labels.GetValueOrDefault(hour), outcomes.GetValueOrDefault(hour));

        async Task<SortedDictionary<DateTimeOffset, Partition>> FilesAsync(PredictionReader reader)
        {
            var files = new SortedDictionary<DateTimeOffset, Partition>();
            await foreach (var day in reader.DaysAsync(new PredictionQuery(model, from, to), cancel))
                foreach (var (hour, partition) in day) files[hour] = partition;
            return files;
        }
    }

    private object? Find(Key key, UInt128 fingerprint)
    {
        lock (gate)
        {
            if (!kept.TryGetValue(key, out var node) || node.Value.Fingerprint != fingerprint) return null;
            used.Remove(node);
            used.AddFirst(node);
            return node.Value.Tally;
        }
    }

    private void Keep(Key key, UInt128 fingerprint, object tally)
    {
        lock (gate)
        {
            if (kept.Remove(key, out var there)) used.Remove(there);
            kept[key] = used.AddFirst((key, fingerprint, tally));
            if (kept.Count <= Kept) return;
            kept.Remove(used.Last!.Value.Key);
            used.RemoveLast();
        }
    }

    private readonly record struct Key(ModelName Model, DateTimeOffset From, DateTimeOffset To, string What);
}
