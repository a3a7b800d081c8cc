namespace Serverless.Core.Statistics;

/// <summary>What can be asked of a binary classifier.</summary>
public enum BinaryMetric
{
    /// <summary>Share of right decisions.</summary>
    Accuracy,
    /// <summary>Mean of recall and specificity.</summary>
    BalancedAccuracy,
    /// <summary>Share of true among predicted positives.</summary>
    Precision,
    /// <summary>Share of positives found.</summary>
    Recall,
    /// <summary>Share of negatives left alone.</summary>
    Specificity,
    /// <summary>Harmonic mean of precision and recall.</summary>
    F1,
    /// <summary>F with recall twice as important.</summary>
    F2,
    /// <summary>F with precision twice as important.</summary>
    FHalf,
    /// <summary>Matthews' correlation.</summary>
    Matthews,
    /// <summary>Cohen's κ.</summary>
    Kappa,
    /// <summary>Intersection over union of positives.</summary>
    Jaccard,
    /// <summary>Mean −log p of the label seen.</summary>
    LogLoss,
    /// <summary>Mean squared error of the probability.</summary>
    Brier,
    /// <summary>Expected calibration error over ten bins.</summary>
    CalibrationError,
    /// <summary>Area under the ROC curve.</summary>
    RocAuc,
    /// <summary>Average precision, the area under the precision-recall curve.</summary>
    AveragePrecision,
    /// <summary>2·AUC − 1.</summary>
    Gini,
    /// <summary>Kolmogorov–Smirnov distance between the classes' scores.</summary>
    Separation,
    /// <summary>Lift among the best-scored tenth.</summary>
    LiftAtTenth,
}
