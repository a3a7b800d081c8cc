namespace Serverless.Core.Statistics;

/// <summary>Labelled scores, sorted once from high to low; every figure of the ranking is then one linear pass, under any weights.</summary>
/// <remarks>Equal scores form one step: no figure depends on the order of the rows. Undefined (one class only, no weight) is null.</remarks>
public sealed class ScoreRanking
{
    private readonly bool[] _labels;
    private readonly double[] _scores;
    private readonly int[] _rows;
    private readonly int[] _ends;

    /// <summary>Sorts the rows by score.</summary>
    public ScoreRanking(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores)
    {
        Require.SameLength(labels.Length, scores.Length, nameof(scores));
        Require.Ordered(scores, nameof(scores));
        _scores = scores.ToArray();
        _rows = [.. Enumerable.Range(0, labels.Length)];
        Array.Sort(_scores, _rows);
        Array.Reverse(_scores);
        Array.Reverse(_rows);
        _labels = new bool[labels.Length];
        for (var i = 0; i < _rows.Length; i++)
            _labels[i] = labels[_rows[i]];
        _ends = [.. Enumerable.Range(1, _rows.Length).Where(i => i == _rows.Length || _scores[i] != _scores[i - 1])];
    }

    /// <summary>The rows.</summary>
    public int Count => _rows.Length;

    /// <summary>Area under the ROC curve: P(score⁺ &gt; score⁻) + ½·P(equal), by the trapezoid rule over tied groups.</summary>
    /// <remarks>Hanley and McNeil, Radiology 143 (1982).</remarks>
    public double? RocAuc(ReadOnlySpan<double> weights = default)
    {
        var (hits, misses) = Steps(weights);
        var area = 0.0;
        for (var i = 1; i < hits.Length; i++)
            area += (misses[i] - misses[i - 1]) * (hits[i] + hits[i - 1]) / 2;
        return BinaryConfusion.Ratio(area, hits[^1] * misses[^1]);
    }

    /// <summary>Average precision: Σ (Rₖ − Rₖ₋₁)·Pₖ over distinct thresholds, no interpolation.</summary>
    /// <remarks>As scikit-learn's <c>average_precision_score</c>; null without positives.</remarks>
    public double? AveragePrecision(ReadOnlySpan<double> weights = default)
    {
        var (hits, misses) = Steps(weights);
        var sum = 0.0;
        for (var i = 1; i < hits.Length; i++)
            sum += hits[i] > hits[i - 1] ? (hits[i] - hits[i - 1]) * hits[i] / (hits[i] + misses[i]) : 0;
        return BinaryConfusion.Ratio(sum, hits[^1]);
    }

    /// <summary>Area under the precision-recall curve by trapezoids, from precision 1 at recall 0. Optimistic; average precision is the one to report.</summary>
    /// <remarks>Davis and Goadrich, ICML 2006.</remarks>
    public double? PrecisionRecallTrapezoid(ReadOnlySpan<double> weights = default)
    {
        var (hits, misses) = Steps(weights);
        double area = 0, before = 1;
        for (var i = 1; i < hits.Length; i++)
        {
            if (hits[i] + misses[i] == 0)
                continue;
            var precision = hits[i] / (hits[i] + misses[i]);
            area += (hits[i] - hits[i - 1]) * (precision + before) / 2;
            before = precision;
        }
        return BinaryConfusion.Ratio(area, hits[^1]);
    }

    /// <summary>The largest gap between the classes' score distributions, max |TPR − FPR| (Kolmogorov–Smirnov).</summary>
    public double? Separation(ReadOnlySpan<double> weights = default)
    {
        var (hits, misses) = Steps(weights);
        if (hits[^1] == 0 || misses[^1] == 0)
            return null;
        var gap = 0.0;
        for (var i = 1; i < hits.Length; i++)
            gap = Math.Max(gap, Math.Abs(hits[i] / hits[^1] - misses[i] / misses[^1]));
        return gap;
    }

    /// <summary>The share of positives among the best-scored fraction, over their share among all; a tied group at the cut counts in proportion.</summary>
    /// <remarks>Ling and Li, KDD 1998.</remarks>
    public double? Lift(double fraction, ReadOnlySpan<double> weights = default)
    {
        if (!(fraction > 0 && fraction <= 1))
            throw new ArgumentException("A fraction lies above 0 and up to 1.", nameof(fraction));
        var (hits, misses) = Steps(weights);
        var total = hits[^1] + misses[^1];
        var cut = fraction * total;
        var i = 1;
        while (i < hits.Length - 1 && hits[i] + misses[i] < cut)
            i++;
        if (total == 0 || hits[^1] == 0)
            return null;
        var step = hits[i] + misses[i] - hits[i - 1] - misses[i - 1];
        var inside = step == 0 ? 0 : (cut - hits[i - 1] - misses[i - 1]) / step;
        return (hits[i - 1] + inside * (hits[i] - hits[i - 1])) / fraction / hits[^1];
    }

    /// <summary>The corners of the ROC curve; points on a straight line are left out.</summary>
    public IReadOnlyList<RocPoint> RocCurve()
    {
        var (hits, misses) = Steps(default);
        if (hits[^1] == 0 || misses[^1] == 0)
            return [];
        var curve = new List<RocPoint> { new(0, 0, null) };
        for (var i = 1; i < hits.Length; i++)
        {
            // The first threshold is kept whatever its direction, so that the curve names the highest score.
            var straight = i > 1 && i < hits.Length - 1
                && hits[i + 1] - hits[i] == hits[i] - hits[i - 1] && misses[i + 1] - misses[i] == misses[i] - misses[i - 1];
            if (!straight)
                curve.Add(new(misses[i] / misses[^1], hits[i] / hits[^1], _scores[_ends[i - 1] - 1]));
        }
        return curve;
    }

    /// <summary>The weight of positives and of negatives at or above each distinct score, from 0 on.</summary>
    private (double[] Hits, double[] Misses) Steps(ReadOnlySpan<double> weights)
    {
        Require.Weights(weights, Count);
        var hits = new double[_ends.Length + 1];
        var misses = new double[_ends.Length + 1];
        double hit = 0, miss = 0;
        for (int group = 0, i = 0; group < _ends.Length; group++)
        {
            for (; i < _ends[group]; i++)
            {
                var weight = weights.IsEmpty ? 1 : weights[_rows[i]];
                if (_labels[i])
                    hit += weight;
                else
                    miss += weight;
            }
            hits[group + 1] = hit;
            misses[group + 1] = miss;
        }
        return (hits, misses);
    }
}
