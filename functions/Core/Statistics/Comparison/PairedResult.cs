namespace Serverless.Core.Statistics;

/// <summary>How a comparison of two models was made.</summary>
public enum ComparisonMethod
{
    /// <summary>McNemar's test by the binomial law.</summary>
    McNemarExact,
    /// <summary>McNemar's mid-p.</summary>
    McNemarMidP,
    /// <summary>McNemar's χ².</summary>
    McNemarAsymptotic,
    /// <summary>McNemar's χ² with Edwards' continuity correction.</summary>
    McNemarCorrected,
    /// <summary>DeLong's test of two areas.</summary>
    DeLong,
    /// <summary>Student's paired t.</summary>
    PairedT,
    /// <summary>Wilcoxon's signed ranks by their exact law.</summary>
    WilcoxonExact,
    /// <summary>Wilcoxon's signed ranks by the normal limit.</summary>
    WilcoxonAsymptotic,
    /// <summary>Every sign flip.</summary>
    PermutationExact,
    /// <summary>Seeded random sign flips.</summary>
    PermutationSampled,
    /// <summary>Seeded bootstrap of paired rows.</summary>
    Bootstrap,
}

/// <summary>A comparison of two models on the same rows.</summary>
/// <param name="Method">How it was made.</param>
/// <param name="Difference">First less second.</param>
/// <param name="Statistic">The test's statistic.</param>
/// <param name="PValue">Two-sided; null where the rows cannot tell.</param>
/// <param name="Interval">Of the difference, where the method has one.</param>
/// <param name="Count">Rows.</param>
public readonly record struct PairedResult(ComparisonMethod Method, double? Difference, double? Statistic, double? PValue, ConfidenceInterval? Interval, int Count);

/// <summary>The p-values of a permutation test in both directions.</summary>
public readonly record struct PermutationResult(ComparisonMethod Method, double Statistic, double Less, double Greater, double TwoSided, int Count);
