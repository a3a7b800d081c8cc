namespace Serverless.Core.Statistics;

/// <summary>What a test is against.</summary>
public enum Alternative
{
    /// <summary>Any difference.</summary>
    TwoSided,
    /// <summary>The reference's figure is the smaller: its statistic, and for Kolmogorov–Smirnov its distribution function.</summary>
    Less,
    /// <summary>The reference's figure is the larger.</summary>
    Greater,
}
