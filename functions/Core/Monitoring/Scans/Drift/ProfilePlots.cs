using System.Globalization;
using Serverless.Core.Statistics;

namespace Serverless.Core.Monitoring;

/// <summary>What is drawn, and told, of a column of numbers whose window is known by its profile.</summary>
internal static class ProfilePlots
{
    /// <summary>The cells that were compared: values where there are few, otherwise the reference's tenths.</summary>
    public static HistogramPair Histograms(FeatureColumn reference, ColumnProfile current)
    {
        var edges = CellTable.Edges(reference);
        if (edges.Length == 0)
            return ColumnPlots.OfLabels(ColumnPlots.Values(reference.Sorted), current.Frequent.Top.ToDictionary(value => value.Value.ToString(CultureInfo.InvariantCulture), value => value.Count));
        double least = Math.Min(reference.Sorted[0], current.Minimum!.Value), most = Math.Max(reference.Sorted[^1], current.Maximum!.Value);
        // An edge at an extreme bounds nothing that could be drawn.
        double[] inner = [.. edges.Where(edge => edge > least && edge < most)];
        var table = CellTable.Of(reference, current)!;
        return new([least, .. inner, most], [], Joined(table.Reference, edges, inner), Joined(table.Current, edges, inner));
    }

    public static QuantilePair Quantiles(FeatureColumn reference, ColumnProfile current) =>
        new(ColumnPlots.Levels, [.. ColumnPlots.Levels.Select(q => Bins.Quantile(reference.Sorted, q))], [.. ColumnPlots.Levels.Select(q => current.Quantiles.Quantile(q)!.Value)]);

    public static string WhatMoved(FeatureColumn reference, ColumnProfile current) =>
        ColumnPlots.Moved(q => Bins.Quantile(reference.Sorted, q), q => current.Quantiles.Quantile(q)!.Value);

    private static double[] Joined(double[] counts, double[] edges, double[] inner)
    {
        var joined = new double[inner.Length + 1];
        for (var cell = 0; cell < counts.Length; cell++)
            joined[cell < edges.Length ? inner.Count(edge => edge < edges[cell]) : inner.Length] += counts[cell];
        return joined;
    }
}
