namespace Serverless.Core.Monitoring;

/// <summary>What a scan, or one of its checks, came to.</summary>
public enum FindingVerdict
{
    /// <summary>Looked at, and as it should be.</summary>
    Ok,
    /// <summary>Beyond what the policy allows.</summary>
    Breached,
    /// <summary>Too few rows for a verdict; not a green one.</summary>
    NotEnoughData,
    /// <summary>The two sides cannot be compared; the words say why.</summary>
    NotComparable,
    /// <summary>The scan itself failed; the summary says how.</summary>
    Failed,
}
