using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

/// <summary>Which predictions, and which of their columns.</summary>
/// <param name="Model">The model.</param>
/// <param name="From">The earliest time.</param>
/// <param name="To">The time before which they were made.</param>
public sealed record PredictionQuery(ModelName Model, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>The columns, in no order; null for all. A file that lacks one gives batches without it.</summary>
    public IReadOnlySet<string>? Columns { get; init; }

    /// <summary>The columns by a rule instead, where their names are not known before.</summary>
    public Func<string, bool>? Choosing { get; init; }

    /// <summary>Only this version's.</summary>
    public int? Version { get; init; }

    /// <summary>Only this variant's.</summary>
    public string? Variant { get; init; }

    /// <summary>Also what shadows said, under the ids of what callers were told. Without it and without a <see cref="Variant"/>, only what answered callers is read.</summary>
    public bool Shadows { get; init; }

    internal bool LeavesShadows => Variant is null && !Shadows;

    /// <summary>Only those with this HTTP status.</summary>
    public int? Status { get; init; }

    internal bool Wants(string column) => Choosing?.Invoke(column) ?? (Columns is null || Columns.Contains(column));
}

/// <summary>Bytes that hold no prediction that can be read.</summary>
/// <param name="Path">The file.</param>
/// <param name="From">The first byte passed over.</param>
/// <param name="To">The byte after the last.</param>
/// <param name="What">What is wrong with them.</param>
public sealed record PredictionFlaw(string Path, long From, long To, string What);

/// <summary>What a reader passed over. One for each read; safe to look at once the read has ended.</summary>
public sealed class ReadReport
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<PredictionFlaw> flaws = new();
    private long bytes;

    /// <summary>Torn, damaged and foreign files, by stretch.</summary>
    public IReadOnlyCollection<PredictionFlaw> Flaws => flaws;

    /// <summary>Bytes that were fetched from storage.</summary>
    public long Bytes => Volatile.Read(ref bytes);

    internal void Add(PredictionFlaw flaw) => flaws.Enqueue(flaw);

    internal void Fetched(long count) => Interlocked.Add(ref bytes, count);
}
