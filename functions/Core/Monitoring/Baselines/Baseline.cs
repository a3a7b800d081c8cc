namespace Serverless.Core.Monitoring;

/// <summary>What a version's data looked like when all was well. Immutable, as the version is.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Version">The version.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Source">From what: the digest of a table and how it was read, or the window of the version's own log.</param>
/// <param name="Rows">Rows that were read.</param>
/// <param name="Columns">Its columns; those of no role are left out.</param>
public sealed record Baseline(string Model, int Version, DateTimeOffset Created, string Source, long Rows, IReadOnlyList<BaselineColumn> Columns)
{
    /// <summary>Rows that could not be read.</summary>
    public long BadRows { get; init; }

    /// <summary>The first rows and cells that could not be read: where and why.</summary>
    public IReadOnlyList<string> BadSamples { get; init; } = [];

    /// <summary>Features of the version that the table does not have.</summary>
    public IReadOnlyList<string> MissingFeatures { get; init; } = [];

    /// <summary>By which columns rows are told apart: each slice of a window is compared with the same slice of the baseline.</summary>
    public IReadOnlyList<BaselineSegment> Segments { get; init; } = [];

    /// <summary>What each column promises, as far as these rows tell; the policy's contract goes before it.</summary>
    public IReadOnlyDictionary<string, ColumnContract> Contract { get; init; } = new Dictionary<string, ColumnContract>();
}

/// <summary>One column of a baseline, in figures; its values stand beside.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Role">What it is there for.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Missing">Rows without a value.</param>
public sealed record BaselineColumn(string Name, ColumnRole Role, ColumnType Type, long Rows, long Missing)
{
    /// <summary>What it is called in scans: an output's name, <c>label</c>, otherwise its own.</summary>
    public string Watched { get; init; } = Name;

    /// <summary>Values that are not a number.</summary>
    public long NotANumber { get; init; }

    /// <summary>Values that are infinite.</summary>
    public long Infinite { get; init; }

    /// <summary>The number of distinct values, about.</summary>
    public double Distinct { get; init; }

    /// <summary>Of numbers: mean.</summary>
    public double? Mean { get; init; }

    /// <summary>Of numbers: standard deviation.</summary>
    public double? Deviation { get; init; }

    /// <summary>Of numbers: least, 1, 5, 25, 50, 75, 95, 99 % and largest.</summary>
    public IReadOnlyList<double>? Quantiles { get; init; }

    /// <summary>Of labels: the twenty commonest with their counts.</summary>
    public IReadOnlyDictionary<string, long>? Commonest { get; init; }

    /// <summary>Between which a window's numbers are counted, where a method compares cells; empty where each value or label is a cell of its own, null without values.</summary>
    public IReadOnlyList<double>? Edges { get; init; }

    /// <summary>Values that are kept for comparing samples; fewer than there are beyond the limit.</summary>
    public long Kept { get; init; }
}
