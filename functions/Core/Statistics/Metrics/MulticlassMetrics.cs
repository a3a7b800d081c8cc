namespace Serverless.Core.Statistics;

/// <summary>Metrics of a classifier of several classes, each with its interval.</summary>
public static class MulticlassMetrics
{
    /// <summary>One metric of decisions; accuracy has Wilson's interval, the others the bootstrap's.</summary>
    public static Estimate Measure(MulticlassMetric metric, ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, int classes, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        plan.Check();
        var matrix = ConfusionMatrix.From(truth, predicted, classes, weights);
        if (metric == MulticlassMetric.Accuracy && weights.IsEmpty)
            return new(matrix.Accuracy, Intervals.Wilson(truth.Length * (matrix.Accuracy ?? 0), truth.Length, plan.Level), truth.Length);
        var (t, p) = (truth.ToArray(), predicted.ToArray());
        return Bootstrap.Estimate(t.Length, weights.ToArray(), drawn => Of(metric, ConfusionMatrix.From(t, p, classes, drawn)), plan);
    }

    /// <summary>One metric of probabilities, given row by row; mean losses have Student's interval, areas the bootstrap's.</summary>
    public static Estimate Measure(ProbabilityMetric metric, ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        plan.Check();
        return metric switch
        {
            ProbabilityMetric.LogLoss => Intervals.Mean(ClassProbabilities.LogLosses(truth, probabilities, classes), weights, plan.Level),
            ProbabilityMetric.Brier => Intervals.Mean(ClassProbabilities.Briers(truth, probabilities, classes), weights, plan.Level),
            ProbabilityMetric.TopTwoAccuracy => TopTwo(ClassProbabilities.TopHits(truth, probabilities, classes, 2), weights, plan),
            ProbabilityMetric.MacroRocAuc => Area(ClassProbabilities.AucOneAgainstRest, truth, probabilities, classes, false, weights, plan),
            ProbabilityMetric.WeightedRocAuc => Area(ClassProbabilities.AucOneAgainstRest, truth, probabilities, classes, true, weights, plan),
            ProbabilityMetric.MacroAveragePrecision => Area(ClassProbabilities.AveragePrecisionOneAgainstRest, truth, probabilities, classes, false, weights, plan),
            ProbabilityMetric.WeightedAveragePrecision => Area(ClassProbabilities.AveragePrecisionOneAgainstRest, truth, probabilities, classes, true, weights, plan),
        };
    }

    /// <summary>F with any β, averaged over classes, with the bootstrap's interval.</summary>
    /// <param name="beta">How much more recall counts than precision; above zero.</param>
    /// <param name="averaging">How classes become one figure.</param>
    /// <param name="truth">The true class of each row.</param>
    /// <param name="predicted">The class decided on.</param>
    /// <param name="classes">How many there are.</param>
    /// <param name="weights">None, or one a row.</param>
    /// <param name="plan">Confidence level, and how to resample.</param>
    /// <remarks>van Rijsbergen, Information Retrieval (1979).</remarks>
    public static Estimate FBeta(double beta, Averaging averaging, ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, int classes, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        plan.Check();
        Require.Within(beta, double.Epsilon, double.MaxValue, nameof(beta));
        _ = ConfusionMatrix.From(truth, predicted, classes, weights);
        var (t, p) = (truth.ToArray(), predicted.ToArray());
        return Bootstrap.Estimate(t.Length, weights.ToArray(), drawn => ConfusionMatrix.From(t, p, classes, drawn).Average(averaging, cells => cells.FBeta(beta)), plan);
    }

    /// <summary>A metric of decisions of each class against the rest, with its interval: Wilson's for shares of unweighted rows, else the bootstrap's. Metrics of scores see decisions only.</summary>
    public static Estimate[] PerClass(BinaryMetric metric, ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, int classes, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        plan.Check();
        _ = ConfusionMatrix.From(truth, predicted, classes, weights);
        var (found, labels, scores) = (new Estimate[classes], new bool[truth.Length], new double[truth.Length]);
        for (var k = 0; k < classes; k++)
        {
            for (var i = 0; i < labels.Length; i++)
                (labels[i], scores[i]) = (truth[i] == k, predicted[i] == k ? 1 : 0);
            found[k] = BinaryMetrics.Measure(metric, labels, scores, 0.5, weights, plan);
        }
        return found;
    }

    private static double? Of(MulticlassMetric metric, ConfusionMatrix matrix) => metric switch
    {
        MulticlassMetric.Accuracy => matrix.Accuracy,
        MulticlassMetric.BalancedAccuracy => matrix.BalancedAccuracy,
        MulticlassMetric.MacroPrecision => matrix.Average(Averaging.Macro, c => c.Precision),
        MulticlassMetric.MacroRecall => matrix.Average(Averaging.Macro, c => c.Recall),
        MulticlassMetric.MacroF1 => matrix.Average(Averaging.Macro, c => c.FBeta(1)),
        MulticlassMetric.MicroPrecision => matrix.Average(Averaging.Micro, c => c.Precision),
        MulticlassMetric.MicroRecall => matrix.Average(Averaging.Micro, c => c.Recall),
        MulticlassMetric.WeightedPrecision => matrix.Average(Averaging.Weighted, c => c.Precision),
        MulticlassMetric.WeightedRecall => matrix.Average(Averaging.Weighted, c => c.Recall),
        MulticlassMetric.MicroF1 => matrix.Average(Averaging.Micro, c => c.FBeta(1)),
        MulticlassMetric.WeightedF1 => matrix.Average(Averaging.Weighted, c => c.FBeta(1)),
        MulticlassMetric.Matthews => matrix.Matthews,
        MulticlassMetric.Kappa => matrix.Kappa(),
        MulticlassMetric.QuadraticKappa => matrix.Kappa(quadratic: true),
    };

    private static Estimate TopTwo(double[] hits, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        var mean = Intervals.Mean(hits, weights, plan.Level);
        return weights.IsEmpty ? mean with { Interval = Intervals.Wilson(hits.Sum(), hits.Length, plan.Level) } : mean;
    }

    private delegate double? OneAgainstRest(ReadOnlySpan<ScoreRanking> rankings, ReadOnlySpan<int> truth, bool prevalence, ReadOnlySpan<double> weights);

    private static Estimate Area(OneAgainstRest area, ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes, bool prevalence, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        var rankings = ClassProbabilities.Rankings(truth, probabilities, classes);
        var t = truth.ToArray();
        return Bootstrap.Estimate(t.Length, weights.ToArray(), drawn => area(rankings, t, prevalence, drawn), plan);
    }
}
