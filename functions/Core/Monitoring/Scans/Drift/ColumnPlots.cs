using System.Globalization;
using Serverless.Core.Statistics;

namespace Serverless.Core.Monitoring;

/// <summary>What of two columns is drawn, and what moved in words.</summary>
internal static class ColumnPlots
{
    private const int NumericBins = 30, MostLabels = 20;

    /// <summary>The label that stands for all that are not listed.</summary>
    public const string Others = "(others)";

    internal static readonly double[] Levels = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

    public static HistogramPair Histograms(FeatureColumn reference, FeatureColumn current) => (reference.Labels, current.Labels) switch
    {
        ({ } r, { } c) => OfLabels(r, c),
        ({ } r, null) => OfLabels(r, new Dictionary<string, long>()),
        (null, { } c) => OfLabels(new Dictionary<string, long>(), c),
        _ when CellTable.HasFewValues(reference.Sorted) && CellTable.HasFewValues(current.Sorted) => OfLabels(Values(reference.Sorted), Values(current.Sorted)),
        _ => OfNumbers(reference.Sorted, current.Sorted),
    };

    public static QuantilePair? Quantiles(FeatureColumn reference, FeatureColumn current) =>
        reference.Labels is not null || current.Labels is not null ? null
        : new(Levels, [.. Levels.Select(q => Bins.Quantile(reference.Sorted, q))], [.. Levels.Select(q => Bins.Quantile(current.Sorted, q))]);

    /// <summary>The median and the middle 80 %, or the label whose share moved most; ends with a blank.</summary>
    public static string WhatMoved(FeatureColumn reference, FeatureColumn current)
    {
        if (reference.Labels is { } before && current.Labels is { } now)
        {
            var most = before.Keys.Union(now.Keys).MaxBy(label => Math.Abs(Share(now, label, current.Size) - Share(before, label, reference.Size)))!;
            return Figures.Say($"\"{most}\" went from {Figures.Percent(Share(before, most, reference.Size))} to {Figures.Percent(Share(now, most, current.Size))}. ");
        }
        if (reference.Labels is not null || current.Labels is not null)
            return "";
        return Moved(q => Bins.Quantile(reference.Sorted, q), q => Bins.Quantile(current.Sorted, q));
    }

    internal static string Moved(Func<double, double> before, Func<double, double> now)
    {
        string Before(double q) => Figures.Number(before(q));
        string Now(double q) => Figures.Number(now(q));
        return Figures.Say($"median {Before(0.5)} → {Now(0.5)}, middle 80 % {Before(0.1)} to {Before(0.9)} → {Now(0.1)} to {Now(0.9)}. ");
    }

    /// <summary>Equal widths between the pooled 0.5 % and 99.5 % quantiles; the outermost bins reach to the extremes.</summary>
    private static HistogramPair OfNumbers(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        double low = Math.Min(Bins.Quantile(reference, 0.005), Bins.Quantile(current, 0.005)), high = Math.Max(Bins.Quantile(reference, 0.995), Bins.Quantile(current, 0.995));
        double least = Math.Min(reference[0], current[0]), most = Math.Max(reference[^1], current[^1]);
        double[] inner = [.. Enumerable.Range(0, NumericBins + 1).Select(k => low + (high / NumericBins - low / NumericBins) * k).Where(edge => edge > least && edge < most).Distinct()];
        return new([least, .. inner, most], [], Counts(reference, inner), Counts(current, inner));
    }

    private static double[] Counts(ReadOnlySpan<double> sorted, double[] inner)
    {
        var counts = new double[inner.Length + 1];
        Bins.Count(sorted, inner, counts);
        return counts;
    }

    internal static HistogramPair OfLabels(IReadOnlyDictionary<string, long> reference, IReadOnlyDictionary<string, long> current)
    {
        double n = Math.Max(1, reference.Values.Sum()), m = Math.Max(1, current.Values.Sum());
        string[] ordered = [.. reference.Keys.Union(current.Keys).OrderByDescending(label => reference.GetValueOrDefault(label) / n + current.GetValueOrDefault(label) / m).ThenBy(label => label, StringComparer.Ordinal)];
        string[] listed = [.. ordered.Take(MostLabels)], rest = [.. ordered.Skip(MostLabels)];
        double[] Of(IReadOnlyDictionary<string, long> side) =>
            [.. listed.Select(label => (double)side.GetValueOrDefault(label)), .. rest.Length > 0 ? [(double)rest.Sum(label => side.GetValueOrDefault(label))] : Array.Empty<double>()];
        return new([], [.. listed, .. rest.Length > 0 ? [Others] : Array.Empty<string>()], Of(reference), Of(current));
    }

    internal static Dictionary<string, long> Values(ReadOnlySpan<double> sorted)
    {
        var counts = new Dictionary<string, long>();
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && sorted[end] == sorted[start]; end++) ;
            counts[sorted[start].ToString(CultureInfo.InvariantCulture)] = end - start;
        }
        return counts;
    }

    private static double Share(IReadOnlyDictionary<string, long> counts, string label, long size) => (double)counts.GetValueOrDefault(label) / size;
}
