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
            ProbabilityMetric.MacroRocAuc => Auc(truth, probabilities, classes, false, weights, plan),
            ProbabilityMetric.WeightedRocAuc => Auc(truth, probabilities, classes, true, weights, plan),
        };
    }

    private static double? Of(MulticlassMetric metric, ConfusionMatrix matrix) => metric switch
    {
        MulticlassMetric.Accuracy => matrix.Accuracy,
        MulticlassMetric.BalancedAccuracy => matrix.BalancedAccuracy,
        MulticlassMetric.MacroPrecision => matrix.Average(Averaging.Macro, c => c.Precision),
        MulticlassMetric.MacroRecall => matrix.Average(Averaging.Macro, c => c.Recall),
        MulticlassMetric.MacroF1 => matrix.Average(Averaging.Macro, c => c.FBeta(1)),
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

    private static Estimate Auc(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes, bool prevalence, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        var rankings = ClassProbabilities.Rankings(truth, probabilities, classes);
        var t = truth.ToArray();
        return Bootstrap.Estimate(t.Length, weights.ToArray(), drawn => ClassProbabilities.AucOneAgainstRest(rankings, t, prevalence, drawn), plan);
    }
}
