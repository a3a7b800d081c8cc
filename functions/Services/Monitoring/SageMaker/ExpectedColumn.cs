namespace Serverless.Services.Monitoring.SageMaker;

/// <summary>What is promised of a column, as far as the files can say it.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Type">What it holds.</param>
public sealed record ExpectedColumn(string Name, InferredType Type)
{
    /// <summary>The share of rows that have a value.</summary>
    public double? Completeness { get; init; }

    /// <summary>The least value; 0 where only a sign was promised.</summary>
    public double? Minimum { get; init; }

    /// <summary>The largest value.</summary>
    public double? Maximum { get; init; }

    /// <summary>The labels that are allowed; null for any.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>How many different labels there were.</summary>
    public double? Distinct { get; init; }

    /// <summary>How often each label occurred; null for numbers.</summary>
    public IReadOnlyDictionary<string, double>? Labels { get; init; }

    /// <summary>How many values lay between which bounds; null for labels.</summary>
    public IReadOnlyList<ValueBucket>? Buckets { get; init; }

    /// <summary>Values that stand for so many each, as the file's sketch keeps them; null where it has none, or they do not add up to the values that there were.</summary>
    public IReadOnlyList<(double Value, double Weight)>? Points { get; init; }

    /// <summary>Rows with a value, and without; null where the file does not say.</summary>
    public (long Present, long Missing)? Counts { get; init; }
}

/// <summary>Values between two bounds.</summary>
/// <param name="Low">The lower bound.</param>
/// <param name="High">The upper bound.</param>
/// <param name="Count">How many values.</param>
public readonly record struct ValueBucket(double Low, double High, double Count);

/// <summary>A baseline that was made elsewhere.</summary>
/// <param name="Rows">Its rows; null where the file does not say.</param>
/// <param name="Columns">Its columns, in the file's order.</param>
public sealed record ImportedBaseline(double? Rows, IReadOnlyList<ExpectedColumn> Columns);
