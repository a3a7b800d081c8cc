namespace Serverless.Core.Statistics;

/// <summary>How a confidence interval was made.</summary>
public enum IntervalMethod
{
    /// <summary>Wilson's score interval of a proportion (Wilson 1927).</summary>
    Wilson,

    /// <summary>The exact interval of a proportion, never too short (Clopper and Pearson 1934).</summary>
    ClopperPearson,

    /// <summary>Wald's interval about Wilson's centre (Agresti and Coull 1998).</summary>
    AgrestiCoull,

    /// <summary>DeLong's variance of an area under the ROC curve, on the logit scale (DeLong, DeLong, Clarke-Pearson 1988; Pepe 2003).</summary>
    DeLong,

    /// <summary>Student's t on the mean of a loss per row; with weights, the linearised variance of a ratio.</summary>
    StudentT,

    /// <summary>Fisher's z on a correlation (Fisher 1921; Bonett and Wright 2000 for ranks).</summary>
    FisherZ,

    /// <summary>Quantiles of seeded bootstrap replicates (Efron 1979).</summary>
    BootstrapPercentile,

    /// <summary>Twice the estimate less the quantiles of the replicates (Davison and Hinkley 1997, 5.2).</summary>
    BootstrapBasic,

    /// <summary>Bias-corrected and accelerated bootstrap (Efron 1987).</summary>
    BootstrapBca,

    /// <summary>The normal approximation on a difference.</summary>
    Normal,

    /// <summary>Ranks on each side of a quantile, whatever the law of the values (David and Nagaraja 2003, 7.1).</summary>
    OrderStatistics,

    /// <summary>A confidence sequence: valid however often it is looked at.</summary>
    Sequence,
}
