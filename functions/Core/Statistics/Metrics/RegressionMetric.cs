namespace Serverless.Core.Statistics;

/// <summary>What can be asked of a regression.</summary>
public enum RegressionMetric
{
    /// <summary>Mean |ŷ − y|.</summary>
    MeanAbsoluteError,
    /// <summary>Mean (ŷ − y)².</summary>
    MeanSquaredError,
    /// <summary>Its root.</summary>
    RootMeanSquaredError,
    /// <summary>Mean ŷ − y: bias.</summary>
    MeanError,
    /// <summary>Mean |ŷ − y| / max(|y|, 2⁻⁵²), as scikit-learn: huge when a true value is 0.</summary>
    MeanAbsolutePercentageError,
    /// <summary>Mean 2|ŷ − y| / (|y| + |ŷ|), 0 … 2, 0 where both are 0 (Makridakis 1993).</summary>
    SymmetricPercentageError,
    /// <summary>Mean (log(1 + ŷ) − log(1 + y))²; undefined at or below −1.</summary>
    MeanSquaredLogError,
    /// <summary>Median |ŷ − y|.</summary>
    MedianAbsoluteError,
    /// <summary>Largest |ŷ − y|.</summary>
    MaximumError,
    /// <summary>1 − Σ(y − ŷ)² / Σ(y − ȳ)².</summary>
    RSquared,
    /// <summary>1 − Var(y − ŷ) / Var(y).</summary>
    ExplainedVariance,
    /// <summary>Pearson's correlation.</summary>
    Pearson,
    /// <summary>Spearman's rank correlation.</summary>
    Spearman,
    /// <summary>Kendall's τ-b.</summary>
    Kendall,
}
