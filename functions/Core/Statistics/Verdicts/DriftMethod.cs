namespace Serverless.Core.Statistics;

/// <summary>How a feature's change is measured. Each gives a p-value against "no change" and an effect that does not grow with the sizes.</summary>
public enum DriftMethod
{
    /// <summary>Kolmogorov–Smirnov for numbers, Pearson's χ² for labels and for numbers of at most <see cref="CellTable.FewValues"/> values in the reference.</summary>
    Auto,
    /// <summary>Numbers. Effect: D, the largest gap between the distribution functions; 0 to 1.</summary>
    KolmogorovSmirnov,
    /// <summary>Cells. Effect: Cramér's V as if both sides had equal sizes, less its expectation under no change; 0 to 1.</summary>
    ChiSquare,
    /// <summary>Cells, G instead of χ². Effect: as <see cref="ChiSquare"/>.</summary>
    LikelihoodRatio,
    /// <summary>Cells. Effect: PSI less its expectation under no change; from 0.</summary>
    PopulationStability,
    /// <summary>Cells. Effect: the distance whose square is less its expectation under no change; 0 to √ln 2.</summary>
    JensenShannon,
    /// <summary>Cells. Effect: the distance whose square is less its expectation under no change; 0 to 1.</summary>
    Hellinger,
    /// <summary>Cells. Effect: ½ Σ |q − p|, the share of rows that moved to another cell; 0 to 1.</summary>
    TotalVariation,
    /// <summary>Numbers. Effect: Wasserstein-1 in standard deviations of the reference; from 0.</summary>
    Wasserstein,
}
