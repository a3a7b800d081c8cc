namespace Serverless.Core.Statistics;

/// <summary>Comparisons of profiles, when the rows are gone: cells for every method on cells, and the distances between distribution functions.</summary>
public static class ProfileDistance
{
    private const int Tenths = 10;

    /// <summary>
    /// Both sides counted in the same cells: exactly in the profiles' bins where they have the same, otherwise between the deciles of the reference's sketch,
    /// where each share is off by at most twice the sketches' rank error. Null when a side has no finite value.
    /// </summary>
    public static CellTable? Cells(ColumnProfile reference, ColumnProfile current)
    {
        if (reference.Moments.Count == 0 || current.Moments.Count == 0)
            return null;
        return reference.BinCounts.Length > 1 && reference.Edges.SequenceEqual(current.Edges)
            ? new(Widen(reference.BinCounts), Widen(current.BinCounts))
            : Sketched(reference.Quantiles, current.Quantiles);
    }

    /// <summary>Both sides counted between the deciles of the reference's sketch. Null when a side is empty.</summary>
    public static CellTable? Cells(QuantileSketch reference, QuantileSketch current) =>
        reference.Count == 0 || current.Count == 0 ? null : Sketched(reference, current);

    /// <summary>Both sides counted by label, the rarest beyond fifty together. Null when a side has no label.</summary>
    public static CellTable? Cells(LabelProfile reference, LabelProfile current) =>
        reference.Count == 0 || current.Count == 0 ? null : CellTable.Of(reference.ToColumn(), current.ToColumn());

    /// <summary>Kolmogorov–Smirnov's D between the sketches' distribution functions; off by at most the sum of their rank errors. Null when a side is empty.</summary>
    public static double? KolmogorovSmirnov(QuantileSketch reference, QuantileSketch current)
    {
        if (reference.Count == 0 || current.Count == 0)
            return null;
        var (x, y) = (reference.Weighted(), current.Weighted());
        double f = 0, g = 0, largest = 0;
        for (int i = 0, j = 0; i < x.Count && j < y.Count;)
        {
            var at = Math.Min(x[i].Value, y[j].Value);
            for (; i < x.Count && x[i].Value == at; i++)
                f += (double)x[i].Weight / reference.Count;
            for (; j < y.Count && y[j].Value == at; j++)
                g += (double)y[j].Weight / current.Count;
            largest = Math.Max(largest, Math.Abs(f - g));
        }
        return largest;
    }

    /// <summary>Wasserstein-1 between the sketches' distribution functions, in the values' unit; off by at most the sum of the rank errors times the range. Null when a side is empty.</summary>
    public static double? Wasserstein(QuantileSketch reference, QuantileSketch current)
    {
        if (reference.Count == 0 || current.Count == 0)
            return null;
        var (x, y) = (reference.Weighted(), current.Weighted());
        return WeightedDistance.Wasserstein([.. x.Select(v => v.Value)], [.. y.Select(v => v.Value)], [.. x.Select(v => (double)v.Weight)], [.. y.Select(v => (double)v.Weight)]);
    }

    private static CellTable Sketched(QuantileSketch reference, QuantileSketch current)
    {
        double[] edges = [.. Enumerable.Range(1, Tenths - 1).Select(k => reference.Quantile((double)k / Tenths)!.Value).Distinct()];
        return new(Counts(reference), Counts(current));

        double[] Counts(QuantileSketch sketch)
        {
            double[] below = [.. edges.Select(edge => Math.Round(sketch.Rank(edge)!.Value * sketch.Count)), sketch.Count];
            return [.. below.Select((count, i) => i == 0 ? count : count - below[i - 1])];
        }
    }

    private static double[] Widen(ReadOnlySpan<long> counts)
    {
        var wide = new double[counts.Length];
        for (var i = 0; i < wide.Length; i++)
            wide[i] = counts[i];
        return wide;
    }
}
