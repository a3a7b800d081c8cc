namespace Serverless.Core.Statistics;

/// <summary>Metrics of a regression, each with its interval: Student for mean losses, Fisher for correlations, else the seeded bootstrap.</summary>
public static class RegressionMetrics
{
    /// <summary>One metric of truth and prediction. Correlations and the largest error take no weights.</summary>
    /// <remarks>A constant truth gives R² = 0 (1 for perfect predictions), as scikit-learn; one row gives null.</remarks>
    public static Estimate Measure(RegressionMetric metric, ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        plan.Check();
        Check(truth, predicted, weights);
        return metric switch
        {
            RegressionMetric.MeanAbsoluteError => Loss((y, p) => Math.Abs(p - y), truth, predicted, weights, plan),
            RegressionMetric.MeanSquaredError => Loss((y, p) => (p - y) * (p - y), truth, predicted, weights, plan),
            RegressionMetric.RootMeanSquaredError => Root(Loss((y, p) => (p - y) * (p - y), truth, predicted, weights, plan)),
            RegressionMetric.MeanError => Intervals.Mean(Each((y, p) => p - y, truth, predicted), weights, plan.Level),
            RegressionMetric.MeanAbsolutePercentageError => Loss((y, p) => Math.Abs(p - y) / Math.Max(Math.Abs(y), 2.220446049250313e-16), truth, predicted, weights, plan),
            RegressionMetric.SymmetricPercentageError => Loss((y, p) => p == y ? 0 : 2 * Math.Abs(p - y) / (Math.Abs(y) + Math.Abs(p)), truth, predicted, weights, plan),
            RegressionMetric.MeanSquaredLogError => SquaredLog(truth, predicted, weights, plan),
            RegressionMetric.MedianAbsoluteError => Median(truth, predicted, weights, plan),
            RegressionMetric.MaximumError => Maximum(truth, predicted),
            RegressionMetric.RSquared => Explained(truth, predicted, weights, plan, centred: false),
            RegressionMetric.ExplainedVariance => Explained(truth, predicted, weights, plan, centred: true),
            RegressionMetric.Pearson => Correlated(Correlation.Pearson(truth, predicted), truth.Length, 1.0 / (truth.Length - 3), plan),
            RegressionMetric.Spearman => Correlation.Spearman(truth, predicted) is var r
                ? Correlated(r, truth.Length, (1 + r * r / 2 ?? 0) / (truth.Length - 3), plan) : default,
            RegressionMetric.Kendall => Correlated(Correlation.Kendall(truth, predicted), truth.Length, 0.437 / (truth.Length - 4), plan),
        };
    }

    /// <summary>The pinball loss of a predicted quantile τ: mean of τ·(y − q) above, (1 − τ)·(q − y) below.</summary>
    /// <remarks>Koenker and Bassett, Econometrica 46 (1978).</remarks>
    public static Estimate Pinball(double quantile, ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        Require.Within(quantile, 0, 1, nameof(quantile));
        plan.Check();
        Check(truth, predicted, weights);
        return Loss((y, q) => y >= q ? quantile * (y - q) : (1 - quantile) * (q - y), truth, predicted, weights, plan);
    }

    private static Estimate Loss(Func<double, double, double> loss, ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        var mean = Intervals.Mean(Each(loss, truth, predicted), weights, plan.Level);
        return mean with { Interval = mean.Interval is { } i ? i with { Low = Math.Max(0, i.Low) } : null };
    }

    private static Estimate Root(Estimate square) => square with
    {
        Value = square.Value is { } v ? Math.Sqrt(v) : null,
        Interval = square.Interval is { } i ? i with { Low = Math.Sqrt(i.Low), High = Math.Sqrt(i.High) } : null,
    };

    private static Estimate SquaredLog(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        foreach (var value in (ReadOnlySpan<double>)[.. truth, .. predicted])
        {
            if (value <= -1)
                return Estimate.Undefined(truth.Length);
        }
        return Loss((y, p) => Math.Pow(double.LogP1(p) - double.LogP1(y), 2), truth, predicted, weights, plan);
    }

    private static Estimate Median(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        var errors = Each((y, p) => Math.Abs(p - y), truth, predicted);
        int[] rows = [.. Enumerable.Range(0, errors.Length)];
        Array.Sort(errors, rows);
        return Bootstrap.Estimate(errors.Length, weights.ToArray(), drawn => WeightedMedian(errors, rows, drawn), plan);
    }

    /// <summary>The value where half the weight is reached; between two rows, their mean.</summary>
    private static double? WeightedMedian(double[] sorted, int[] rows, ReadOnlySpan<double> weights)
    {
        double total = 0, below = 0;
        foreach (var weight in weights)
            total += weight;
        double? low = null;
        for (var i = 0; i < sorted.Length && total > 0; i++)
        {
            below += weights[rows[i]];
            if (weights[rows[i]] == 0)
                continue;
            if (low is { } first)
                return (first + sorted[i]) / 2;
            if (below > total / 2)
                return sorted[i];
            if (below == total / 2)
                low = sorted[i];
        }
        return low;
    }

    private static Estimate Maximum(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted) =>
        truth.IsEmpty ? Estimate.Undefined(0) : new(Each((y, p) => Math.Abs(p - y), truth, predicted).Max(), null, truth.Length);

    private static Estimate Explained(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights, ResamplingPlan plan, bool centred)
    {
        var (y, errors) = (truth.ToArray(), Each((t, p) => t - p, truth, predicted));
        return Bootstrap.Estimate(y.Length, weights.ToArray(), drawn => Explained(y, errors, drawn, centred), plan);
    }

    private static double? Explained(double[] truth, double[] errors, ReadOnlySpan<double> weights, bool centred)
    {
        var (_, spread, rows) = Spread(truth, weights, null);
        var (_, residual, _) = Spread(errors, weights, centred ? null : 0);
        return rows < 2 ? null : spread > 0 ? 1 - residual / spread : residual == 0 ? 1 : 0;
    }

    private static (double Centre, double Sum, int Rows) Spread(double[] values, ReadOnlySpan<double> weights, double? around)
    {
        double total = 0, sum = 0, squares = 0;
        var rows = 0;
        for (var i = 0; i < values.Length; i++)
        {
            total += weights[i];
            sum += weights[i] * values[i];
            rows += weights[i] > 0 ? 1 : 0;
        }
        var centre = around ?? sum / total;
        for (var i = 0; i < values.Length; i++)
            squares += weights[i] * (values[i] - centre) * (values[i] - centre);
        return (centre, squares, rows);
    }

    private static Estimate Correlated(double? r, int count, double variance, ResamplingPlan plan) =>
        new(r, r is { } value && variance > 0 ? Intervals.Correlation(value, Math.Sqrt(variance), plan.Level) : null, count);

    private static double[] Each(Func<double, double, double> loss, ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted)
    {
        var losses = new double[truth.Length];
        for (var i = 0; i < losses.Length; i++)
            losses[i] = loss(truth[i], predicted[i]);
        return losses;
    }

    private static void Check(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights)
    {
        Require.SameLength(truth.Length, predicted.Length, nameof(predicted));
        Require.Finite(truth, nameof(truth));
        Require.Finite(predicted, nameof(predicted));
        Require.Weights(weights, truth.Length);
    }
}
