using FsCheck.Xunit;
using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Metrics;

/// <summary>A weight of k is k rows, the order of rows says nothing, and every figure keeps its bounds.</summary>
public sealed class WeightLaws
{
    private const int Rows = 30, Classes = 3;
    private static readonly ResamplingPlan Plan = ResamplingPlan.Default with { Replicates = 2, Threads = 1 };

    private sealed record Data(bool[] Labels, double[] Scores, int[] Truth, int[] Predicted, double[] Probabilities, double[] Values, double[] Guesses, double[] Weights);

    [Property(MaxTest = 30)]
    public void Metrics_OfWholeWeights_AreThoseOfRepeatedRows(int seed)
    {
        var data = Random(seed);
        int[] repeated = [.. Enumerable.Range(0, Rows).SelectMany(row => Enumerable.Repeat(row, (int)data.Weights[row]))];
        Same(Figures(data), Figures(Take(data, repeated) with { Weights = [] }));
    }

    [Property(MaxTest = 30)]
    public void Metrics_OfRowsInAnotherOrder_AreTheSame(int seed)
    {
        var data = Random(seed);
        Same(Figures(data), Figures(Take(data, [.. Enumerable.Range(0, Rows).Reverse()])));
    }

    [Property(MaxTest = 30)]
    public void Metrics_KeepTheirBounds(int seed)
    {
        var data = Random(seed);
        BinaryMetric[] signed = [BinaryMetric.Matthews, BinaryMetric.Kappa, BinaryMetric.Gini], open = [BinaryMetric.LogLoss, BinaryMetric.LiftAtTenth];
        foreach (var metric in Enum.GetValues<BinaryMetric>())
            Assert.InRange(Value(metric, data) ?? 0, signed.Contains(metric) ? -1 : 0, open.Contains(metric) ? 1e6 : 1 + 1e-12);
        Assert.Equal(Decided(MulticlassMetric.Accuracy, data)!.Value, Decided(MulticlassMetric.MicroF1, data)!.Value, 1e-12);
        Assert.Equal(Decided(MulticlassMetric.Accuracy, data)!.Value, Decided(MulticlassMetric.WeightedRecall, data)!.Value, 1e-12);
        var (squared, absolute) = (Guessed(RegressionMetric.RootMeanSquaredError, data), Guessed(RegressionMetric.MeanAbsoluteError, data));
        Assert.True(squared >= absolute - 1e-12 && absolute >= Math.Abs(Guessed(RegressionMetric.MeanError, data)!.Value) - 1e-12);
        Assert.True(Guessed(RegressionMetric.ExplainedVariance, data) >= Guessed(RegressionMetric.RSquared, data) - 1e-12);
        Assert.InRange(Guessed(RegressionMetric.SymmetricPercentageError, data)!.Value, 0, 2);
        // Half of the absolute error is the pinball loss of the median.
        Assert.Equal(absolute!.Value / 2, RegressionMetrics.Pinball(0.5, data.Values, data.Guesses, data.Weights, Plan).Value!.Value, 1e-12);
    }

    private static double?[] Figures(Data data) =>
    [
        .. Enum.GetValues<BinaryMetric>().Select(metric => Value(metric, data)),
        .. Enum.GetValues<MulticlassMetric>().Select(metric => Decided(metric, data)),
        .. Enum.GetValues<ProbabilityMetric>().Select(metric => MulticlassMetrics.Measure(metric, data.Truth, data.Probabilities, Classes, data.Weights, Plan).Value),
        .. Enum.GetValues<Averaging>().Select(averaging => MulticlassMetrics.FBeta(1.5, averaging, data.Truth, data.Predicted, Classes, data.Weights, Plan).Value),
        .. MulticlassMetrics.PerClass(BinaryMetric.F1, data.Truth, data.Predicted, Classes, data.Weights, Plan).Select(found => found.Value),
        // Correlations take no weights.
        .. Enum.GetValues<RegressionMetric>()[..11].Select(metric => Guessed(metric, data)),
    ];

    private static double? Value(BinaryMetric metric, Data data) => BinaryMetrics.Measure(metric, data.Labels, data.Scores, 0.5, data.Weights, Plan).Value;

    private static double? Decided(MulticlassMetric metric, Data data) => MulticlassMetrics.Measure(metric, data.Truth, data.Predicted, Classes, data.Weights, Plan).Value;

    private static double? Guessed(RegressionMetric metric, Data data) => RegressionMetrics.Measure(metric, data.Values, data.Guesses, data.Weights, Plan).Value;

    private static void Same(double?[] one, double?[] other)
    {
        for (var at = 0; at < one.Length; at++)
            Assert.True(one[at] is null == other[at] is null && Math.Abs((one[at] ?? 0) - (other[at] ?? 0)) <= 1e-10, $"figure {at}: {one[at]}, {other[at]}");
    }

    private static Data Take(Data data, int[] rows)
    {
        T[] Of<T>(T[] column) => [.. rows.Select(row => column[row])];
        return new(Of(data.Labels), Of(data.Scores), Of(data.Truth), Of(data.Predicted), [.. rows.SelectMany(row => data.Probabilities[(row * Classes)..((row + 1) * Classes)])], Of(data.Values), Of(data.Guesses), Of(data.Weights));
    }

    private static Data Random(int seed)
    {
        var random = new Random(seed);
        double[] Draw(Func<double, double> map, int count = Rows) => [.. Enumerable.Range(0, count).Select(_ => map(random.NextDouble()))];
        int[] truth = [.. Enumerable.Range(0, Rows).Select(row => row % Classes)], predicted = [.. truth.Select(k => random.Next(3) == 0 ? random.Next(Classes) : k)];
        return new([.. truth.Select(k => k == 0)], Draw(u => Math.Round(u, 1)), truth, predicted, Draw(u => Math.Round(u, 1), Rows * Classes), Draw(u => 3 * u), Draw(u => 3 * u), Draw(u => 1 + Math.Floor(3 * u)));
    }
}
