namespace Serverless.Core.Statistics;

/// <summary>Rows by true and predicted class, counted or weighed. Classes are 0 … <see cref="Classes"/> − 1.</summary>
public sealed class ConfusionMatrix
{
    private readonly double[] _cells;

    private ConfusionMatrix(int classes, double[] cells) => (Classes, _cells) = (classes, cells);

    /// <summary>How many classes there are, whether they occur or not.</summary>
    public int Classes { get; }

    /// <summary>The weight of rows of one class predicted as another.</summary>
    public double this[int truth, int predicted] => _cells[truth * Classes + predicted];

    /// <summary>The weight of all rows.</summary>
    public double Total => _cells.Sum();

    /// <summary>Counts the rows.</summary>
    public static ConfusionMatrix From(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, int classes, ReadOnlySpan<double> weights = default)
    {
        Require.SameLength(truth.Length, predicted.Length, nameof(predicted));
        Require.Weights(weights, truth.Length);
        Require.Within(classes, 1, 10_000, nameof(classes));
        var cells = new double[classes * classes];
        for (var i = 0; i < truth.Length; i++)
        {
            Require.Within(truth[i], 0, classes - 1, nameof(truth));
            Require.Within(predicted[i], 0, classes - 1, nameof(predicted));
            cells[truth[i] * classes + predicted[i]] += weights.IsEmpty ? 1 : weights[i];
        }
        return new(classes, cells);
    }

    /// <summary>The share on the diagonal.</summary>
    public double? Accuracy => BinaryConfusion.Ratio(Diagonal, Total);

    /// <summary>The mean recall of the classes that occur in the truth.</summary>
    public double? BalancedAccuracy
    {
        get
        {
            var recalls = All.Select(k => OneAgainstRest(k).Recall).OfType<double>().ToArray();
            return recalls.Length == 0 ? null : recalls.Average();
        }
    }

    /// <summary>Gorodkin's generalisation of Matthews' correlation; 0 when truth or predictions are constant.</summary>
    /// <remarks>Gorodkin, Computational Biology and Chemistry 28 (2004).</remarks>
    public double? Matthews
    {
        get
        {
            var n = Total;
            if (n == 0)
                return null;
            double agreement = 0, truths = 0, predictions = 0;
            foreach (var k in All)
            {
                agreement += Truth(k) * Predicted(k);
                truths += Truth(k) * Truth(k);
                predictions += Predicted(k) * Predicted(k);
            }
            var margin = Math.Sqrt(n * n - truths) * Math.Sqrt(n * n - predictions);
            return margin == 0 ? 0 : Math.Clamp((Diagonal * n - agreement) / margin, -1, 1);
        }
    }

    /// <summary>Cohen's κ, 1 − Σ observed disagreement / Σ expected; null when nothing could disagree.</summary>
    /// <param name="quadratic">Disagreement grows with the square of the classes' distance (Cohen 1968), for ordered classes.</param>
    public double? Kappa(bool quadratic = false)
    {
        double observed = 0, expected = 0;
        foreach (var t in All)
        {
            foreach (var p in All)
            {
                double cost = quadratic ? (t - p) * (t - p) : t == p ? 0 : 1;
                observed += cost * this[t, p];
                expected += cost * Truth(t) * Predicted(p);
            }
        }
        return expected == 0 ? null : 1 - observed * Total / expected;
    }

    /// <summary>One class as positive, all others as negative.</summary>
    public BinaryConfusion OneAgainstRest(int positive)
    {
        var hit = this[positive, positive];
        var (truth, predicted) = (Truth(positive), Predicted(positive));
        return new(hit, predicted - hit, truth - hit, Total - truth - predicted + hit);
    }

    /// <summary>An average over classes of a figure such as precision.</summary>
    public double? Average(Averaging averaging, Func<BinaryConfusion, double?> figure) => averaging switch
    {
        Averaging.Micro => figure(All.Select(OneAgainstRest).Aggregate((a, b) => new(
            a.TruePositive + b.TruePositive, a.FalsePositive + b.FalsePositive, a.FalseNegative + b.FalseNegative, a.TrueNegative + b.TrueNegative))),
        Averaging.Macro => Mean(figure, k => Truth(k) + Predicted(k) > 0 ? 1 : 0),
        Averaging.Weighted => Mean(figure, Truth),
    };

    private IEnumerable<int> All => Enumerable.Range(0, Classes);

    private double Diagonal => All.Sum(k => this[k, k]);

    private double Truth(int k) => _cells.AsSpan(k * Classes, Classes).ToArray().Sum();

    private double Predicted(int k) => All.Sum(t => this[t, k]);

    private double? Mean(Func<BinaryConfusion, double?> figure, Func<int, double> weight) =>
        BinaryConfusion.Ratio(All.Sum(k => weight(k) * (figure(OneAgainstRest(k)) ?? 0)), All.Sum(weight));
}
