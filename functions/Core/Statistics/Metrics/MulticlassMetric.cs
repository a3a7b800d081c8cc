namespace Serverless.Core.Statistics;

/// <summary>What can be asked of a classifier of several classes by its decisions.</summary>
public enum MulticlassMetric
{
    /// <summary>Share of right decisions.</summary>
    Accuracy,
    /// <summary>Mean recall of the classes that occur.</summary>
    BalancedAccuracy,
    /// <summary>Mean precision over classes.</summary>
    MacroPrecision,
    /// <summary>Mean recall over classes.</summary>
    MacroRecall,
    /// <summary>Mean F1 over classes.</summary>
    MacroF1,
    /// <summary>Precision of the classes' summed cells, which is accuracy.</summary>
    MicroPrecision,
    /// <summary>Recall of the classes' summed cells, which is accuracy.</summary>
    MicroRecall,
    /// <summary>F1 of the classes' summed cells.</summary>
    MicroF1,
    /// <summary>Precision weighted by prevalence.</summary>
    WeightedPrecision,
    /// <summary>Recall weighted by prevalence.</summary>
    WeightedRecall,
    /// <summary>F1 weighted by prevalence.</summary>
    WeightedF1,
    /// <summary>Gorodkin's correlation.</summary>
    Matthews,
    /// <summary>Cohen's κ.</summary>
    Kappa,
    /// <summary>κ for ordered classes.</summary>
    QuadraticKappa,
}

/// <summary>What can be asked of a classifier of several classes by its probabilities.</summary>
public enum ProbabilityMetric
{
    /// <summary>Mean −log p of the class seen.</summary>
    LogLoss,
    /// <summary>Mean squared error summed over classes.</summary>
    Brier,
    /// <summary>Share of rows whose class is among the two most probable.</summary>
    TopTwoAccuracy,
    /// <summary>Mean area of each class against the rest.</summary>
    MacroRocAuc,
    /// <summary>The same, weighted by prevalence.</summary>
    WeightedRocAuc,
    /// <summary>Mean average precision of each class against the rest, the area under the precision-recall curve.</summary>
    MacroAveragePrecision,
    /// <summary>The same, weighted by prevalence.</summary>
    WeightedAveragePrecision,
}
