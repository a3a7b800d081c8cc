using System.Collections.Concurrent;

namespace Serverless.Services.Predictions;

/// <summary>What this instance did with truth.</summary>
public sealed class TruthCounters
{
    private readonly ConcurrentDictionary<(TruthKind, string), (long Waiting, long Matched)> models = new();
    private readonly long[,] counts = new long[Enum.GetValues<TruthKind>().Length, 4];

    /// <summary>The counters as they are now.</summary>
    public TruthSnapshot Snapshot() => new(
        Sum(0), Sum(1), Sum(2), Sum(3),
        models.Values.Sum(model => model.Waiting), models.Values.Sum(model => model.Matched));

    /// <summary>What became of labels, or of outcomes.</summary>
    internal (long Accepted, long Duplicates, long Unknown, long Rejected) Of(TruthKind kind) => (Read(kind, 0), Read(kind, 1), Read(kind, 2), Read(kind, 3));

    internal void Count(TruthKind kind, TruthAnswer answer)
    {
        Interlocked.Add(ref counts[(int)kind, 0], answer.Accepted);
        Interlocked.Add(ref counts[(int)kind, 1], answer.Duplicates);
        Interlocked.Add(ref counts[(int)kind, 2], answer.Unknown);
        Interlocked.Add(ref counts[(int)kind, 3], answer.Rejected.Count);
    }

    private long Read(TruthKind kind, int result) => Volatile.Read(ref counts[(int)kind, result]);

    private long Sum(int result) => Enum.GetValues<TruthKind>().Sum(kind => Read(kind, result));

    internal void Settle(TruthKind kind, string model, long waiting, long matched) => models[(kind, model)] = (waiting, matched);
}

/// <summary>Truth in numbers, for the health document and for metrics.</summary>
/// <param name="Accepted">Statements stored.</param>
/// <param name="Duplicates">Statements that were known already.</param>
/// <param name="Unknown">Statements that came before the log had their prediction.</param>
/// <param name="Rejected">Items that were not taken.</param>
/// <param name="Waiting">Predictions with a statement that the log did not have when each model's truth was compacted last.</param>
/// <param name="Matched">Those that it had.</param>
public sealed record TruthSnapshot(long Accepted, long Duplicates, long Unknown, long Rejected, long Waiting, long Matched);
