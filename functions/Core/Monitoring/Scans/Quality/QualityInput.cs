namespace Serverless.Core.Monitoring;

/// <summary>What a data-quality scan looks at.</summary>
/// <param name="Window">The window's columns.</param>
/// <param name="Reference">The reference's, by name; empty without one.</param>
/// <param name="Contract">The contract in force, by column.</param>
/// <param name="Rows">The window's rows.</param>
/// <param name="Length">The window's length.</param>
public sealed record QualityInput(
    IReadOnlyList<WindowColumn> Window, IReadOnlyDictionary<string, WindowColumn> Reference, IReadOnlyDictionary<string, ColumnContract> Contract, long Rows, TimeSpan Length)
{
    /// <summary>The window's rows of all versions: as many come however the traffic is split.</summary>
    public long Traffic { get; init; } = Rows;

    /// <summary>Rows of past windows at the same hour and weekday, and where there are fewer than three, of the newest.</summary>
    public IReadOnlyList<long> UsualRows { get; init; } = [];

    /// <summary>From the newest row to the window's end; null without rows.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>Rows that repeat an earlier one of the window in every feature.</summary>
    public long Duplicates { get; init; }

    /// <summary>The share of such rows in the reference; null where it is not known.</summary>
    public double? UsualDuplicates { get; init; }

    /// <summary>Correlations of the window's numeric columns.</summary>
    public CorrelationTable? Correlations { get; init; }

    /// <summary>Those of the reference.</summary>
    public CorrelationTable? UsualCorrelations { get; init; }
}
