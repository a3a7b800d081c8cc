namespace Serverless.Core.Statistics;

/// <summary>The effect from which on a change matters, where a policy names none.</summary>
/// <remarks>All mean the same change: a normal feature moved by a tenth of its standard deviation, in tenths of the reference where cells are compared.</remarks>
public static class RelevantEffect
{
    /// <summary>The limit on a method's effect, in the method's own unit.</summary>
    public static double Of(DriftMethod method) => method switch
    {
        DriftMethod.Auto or DriftMethod.KolmogorovSmirnov => 0.04,
        DriftMethod.ChiSquare or DriftMethod.LikelihoodRatio => 0.05,
        DriftMethod.PopulationStability => 0.01,
        DriftMethod.JensenShannon or DriftMethod.Hellinger => 0.035,
        DriftMethod.TotalVariation => 0.04,
        DriftMethod.Wasserstein => 0.1,
    };
}
