namespace Serverless.Core.Statistics;

/// <summary>How per-class figures become one.</summary>
public enum Averaging
{
    /// <summary>The plain mean over classes that occur in truth or predictions; an undefined figure counts as 0.</summary>
    Macro,

    /// <summary>From the sums of all classes' cells.</summary>
    Micro,

    /// <summary>The mean weighted by each class's share of the truth.</summary>
    Weighted,
}
