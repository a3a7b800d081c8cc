namespace Serverless.Core.Statistics;

/// <summary>What can be said of a feature or a data set.</summary>
public enum DriftVerdict
{
    /// <summary>No significant and relevant change.</summary>
    Stable,
    /// <summary>Significant after correction, and large enough to matter.</summary>
    Drifted,
    /// <summary>Too few values for a verdict; not a green one.</summary>
    NotEnoughData,
    /// <summary>The two sides cannot be compared: type changed, all missing, constant reference.</summary>
    NotComparable,
}
