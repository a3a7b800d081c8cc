using System.Collections.Concurrent;

namespace Serverless.Services.Predictions;

/// <summary>What this instance did with truth.</summary>
public sealed class TruthCounters
{
    private readonly ConcurrentDictionary<(TruthKind, string), (long Waiting, long Matched)> models = new();
    private long accepted;
    private long duplicates;
    private long unknown;
    private long rejected;

    /// <summary>The counters as they are now.</summary>
    public TruthSnapshot Snapshot() => new(
        Volatile.Read(ref accepted), Volatile.Read(ref duplicates), Volatile.Read(ref unknown), Volatile.Read(ref rejected),
        models.Values.Sum(model => model.Waiting), models.Values.Sum(model => model.Matched));

    internal void Count(TruthAnswer answer)
    {
        Interlocked.Add(ref accepted, answer.Accepted);
        Interlocked.Add(ref duplicates, answer.Duplicates);
        Interlocked.Add(ref unknown, answer.Unknown);
        Interlocked.Add(ref rejected, answer.Rejected.Count);
    }

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
