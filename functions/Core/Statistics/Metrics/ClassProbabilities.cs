namespace Serverless.Core.Statistics;

/// <summary>Figures of predicted probabilities over several classes, given row by row, one column a class.</summary>
public static class ClassProbabilities
{
    /// <summary>Each row's −log of the probability given to its class; rows are scaled to sum to 1 first, then clipped as <see cref="Calibration.LogLoss"/>.</summary>
    public static double[] LogLosses(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes)
    {
        Check(truth, probabilities, classes);
        var losses = new double[truth.Length];
        for (var i = 0; i < losses.Length; i++)
        {
            var sum = 0.0;
            foreach (var p in probabilities.Slice(i * classes, classes))
                sum += p;
            losses[i] = Calibration.LogLoss(true, sum == 0 ? 0 : probabilities[i * classes + truth[i]] / sum);
        }
        return losses;
    }

    /// <summary>Each row's Σ (p − indicator)² over classes, 0 … 2 (Brier 1950).</summary>
    public static double[] Briers(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes)
    {
        Check(truth, probabilities, classes);
        var losses = new double[truth.Length];
        for (var i = 0; i < losses.Length; i++)
        {
            for (var k = 0; k < classes; k++)
                losses[i] += Calibration.Brier(truth[i] == k, probabilities[i * classes + k]);
        }
        return losses;
    }

    /// <summary>1 for each row whose class is among the k most probable. A tie at the cut goes to the higher class, as in scikit-learn.</summary>
    public static double[] TopHits(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes, int k)
    {
        Check(truth, probabilities, classes);
        Require.Within(k, 1, classes, nameof(k));
        var hits = new double[truth.Length];
        for (var i = 0; i < hits.Length; i++)
        {
            var row = probabilities.Slice(i * classes, classes);
            var ahead = 0;
            for (var c = 0; c < classes; c++)
                ahead += row[c] > row[truth[i]] || (row[c] == row[truth[i]] && c > truth[i]) ? 1 : 0;
            hits[i] = ahead < k ? 1 : 0;
        }
        return hits;
    }

    /// <summary>The rankings of each class against the rest.</summary>
    public static ScoreRanking[] Rankings(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes)
    {
        Check(truth, probabilities, classes);
        var rankings = new ScoreRanking[classes];
        var (labels, scores) = (new bool[truth.Length], new double[truth.Length]);
        for (var k = 0; k < classes; k++)
        {
            for (var i = 0; i < labels.Length; i++)
                (labels[i], scores[i]) = (truth[i] == k, probabilities[i * classes + k]);
            rankings[k] = new(labels, scores);
        }
        return rankings;
    }

    /// <summary>The mean of the areas of each class against the rest, plain or weighted by prevalence; null when a class is missing.</summary>
    /// <remarks>Fawcett, Pattern Recognition Letters 27 (2006), section 9.</remarks>
    public static double? AucOneAgainstRest(ReadOnlySpan<ScoreRanking> rankings, ReadOnlySpan<int> truth, bool prevalence, ReadOnlySpan<double> weights = default) =>
        OneAgainstRest(rankings, ranking => ranking.RocAuc, truth, prevalence, weights);

    /// <summary>The mean of the average precisions of each class against the rest, plain or weighted by prevalence; null when a class is missing.</summary>
    /// <remarks>As scikit-learn's <c>average_precision_score</c> of indicators.</remarks>
    public static double? AveragePrecisionOneAgainstRest(ReadOnlySpan<ScoreRanking> rankings, ReadOnlySpan<int> truth, bool prevalence, ReadOnlySpan<double> weights = default) =>
        OneAgainstRest(rankings, ranking => ranking.AveragePrecision, truth, prevalence, weights);

    private static double? OneAgainstRest(ReadOnlySpan<ScoreRanking> rankings, Func<ScoreRanking, WeightedStatistic> figure, ReadOnlySpan<int> truth, bool prevalence, ReadOnlySpan<double> weights)
    {
        double sum = 0, total = 0;
        for (var k = 0; k < rankings.Length; k++)
        {
            if (figure(rankings[k])(weights) is not { } area)
                return null;
            var share = prevalence ? Weight(truth, k, weights) : 1;
            sum += share * area;
            total += share;
        }
        return BinaryConfusion.Ratio(sum, total);
    }

    /// <summary>Hand and Till's M: the mean over pairs of classes of ½(A(i|j) + A(j|i)), plain or weighted by the pair's prevalence.</summary>
    /// <remarks>Hand and Till, Machine Learning 45 (2001).</remarks>
    public static double? AucOneAgainstOne(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes, bool prevalence)
    {
        Check(truth, probabilities, classes);
        double sum = 0, total = 0;
        for (var a = 0; a < classes; a++)
        {
            for (var b = a + 1; b < classes; b++)
            {
                if ((PairAuc(truth, probabilities, classes, a, b) + PairAuc(truth, probabilities, classes, b, a)) / 2 is not { } area)
                    return null;
                var share = prevalence ? Weight(truth, a, default) + Weight(truth, b, default) : 1;
                sum += share * area;
                total += share;
            }
        }
        return BinaryConfusion.Ratio(sum, total);
    }

    private static double? PairAuc(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes, int positive, int negative)
    {
        var (labels, scores) = (new List<bool>(), new List<double>());
        for (var i = 0; i < truth.Length; i++)
        {
            if (truth[i] != positive && truth[i] != negative)
                continue;
            labels.Add(truth[i] == positive);
            scores.Add(probabilities[i * classes + positive]);
        }
        return new ScoreRanking(labels.ToArray(), scores.ToArray()).RocAuc();
    }

    private static double Weight(ReadOnlySpan<int> truth, int k, ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        for (var i = 0; i < truth.Length; i++)
            sum += truth[i] != k ? 0 : weights.IsEmpty ? 1 : weights[i];
        return sum;
    }

    private static void Check(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes)
    {
        Require.Within(classes, 2, 10_000, nameof(classes));
        Require.SameLength(truth.Length * classes, probabilities.Length, nameof(probabilities));
        Require.Probabilities(probabilities, nameof(probabilities));
        foreach (var k in truth)
            Require.Within(k, 0, classes - 1, nameof(truth));
    }
}
