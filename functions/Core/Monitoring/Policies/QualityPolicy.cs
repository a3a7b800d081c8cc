namespace Serverless.Core.Monitoring;

/// <summary>Bounds for what is wrong with data. A share is of the window's rows; a breach must also be beyond chance at the monitor's false-alarm rate.</summary>
public sealed record QualityPolicy
{
    /// <summary>How much larger than in the contract the share of missing values may be.</summary>
    public double Missing { get; init; } = 0.01;

    /// <summary>The share of values out of range that is let pass.</summary>
    public double OutOfRange { get; init; } = 0.01;

    /// <summary>The share of labels that the reference has not that is let pass.</summary>
    public double Unseen { get; init; } = 0.01;

    /// <summary>The share of NaN and infinite values that is let pass.</summary>
    public double NotFinite { get; init; }

    /// <summary>By which factor the number of distinct labels may change.</summary>
    public double Cardinality { get; init; } = 2;

    /// <summary>How much larger than in the reference the share of repeated rows may be.</summary>
    public double Duplicates { get; init; } = 0.1;

    /// <summary>So many rows in a row with one value of a column that otherwise varies are a stuck sensor; 0 asks nothing.</summary>
    public int Stuck { get; init; } = 1_000;

    /// <summary>By which factor the rows of a window may differ from what is usual at that hour and weekday; 0 asks nothing.</summary>
    public double Volume { get; init; } = 2;

    /// <summary>By how much a correlation of two features may change; 0 asks nothing.</summary>
    public double Correlation { get; init; } = 0.3;
}

/// <summary>Bounds for how the service does.</summary>
public sealed record OperationsPolicy
{
    /// <summary>The share of requests that failed for the service's sake (status 500 and above).</summary>
    public double ErrorRate { get; init; } = 0.01;

    /// <summary>The share of requests that were refused (status 400 to 499).</summary>
    public double RefusedRate { get; init; } = 0.2;

    /// <summary>The longest that 99 of 100 requests may take; null: only compared with what is usual.</summary>
    public TimeSpan? LatencyP99 { get; init; }

    /// <summary>By which factor a latency quantile may exceed the reference's.</summary>
    public double LatencyRatio { get; init; } = 2;

    /// <summary>By which factor traffic may differ from what is usual at that hour and weekday; 0 asks nothing.</summary>
    public double Traffic { get; init; } = 3;
}

/// <summary>What a column promises. What is null is not asked.</summary>
public sealed record ColumnContract
{
    /// <summary>What it holds.</summary>
    public ColumnType? Type { get; init; }

    /// <summary>Whether it must be there.</summary>
    public bool? Required { get; init; }

    /// <summary>The least value.</summary>
    public double? Minimum { get; init; }

    /// <summary>The largest value.</summary>
    public double? Maximum { get; init; }

    /// <summary>The labels that it may hold.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>The least share of rows with a value.</summary>
    public double? Completeness { get; init; }

    /// <summary>The least share of values that are distinct.</summary>
    public double? Uniqueness { get; init; }

    /// <summary>This contract, and where it asks nothing, the other.</summary>
    public ColumnContract Over(ColumnContract other) => new()
    {
        Type = Type ?? other.Type,
        Required = Required ?? other.Required,
        Minimum = Minimum ?? other.Minimum,
        Maximum = Maximum ?? other.Maximum,
        Categories = Categories ?? other.Categories,
        Completeness = Completeness ?? other.Completeness,
        Uniqueness = Uniqueness ?? other.Uniqueness,
    };
}
