using Serverless.Core.Statistics;

namespace Serverless.Core.Monitoring;

/// <summary>Both sides of one column in one segment, made when they are needed and let go afterwards, so that memory holds few of them; a side that is null is not there.</summary>
/// <param name="Name">The column.</param>
/// <param name="Segment">The rows, or null for all.</param>
/// <param name="Rows">About how many values there are; the longest are taken first.</param>
/// <param name="Reference">Before.</param>
/// <param name="Current">In the window.</param>
public sealed record ColumnPair(string Name, string? Segment, long Rows, Func<FeatureColumn?> Reference, Func<FeatureColumn?> Current);

/// <summary>Whether columns are distributed as before: measured in parallel, judged together, told in words and drawn.</summary>
public static class DriftScan
{
    /// <summary>Scans one window.</summary>
    /// <param name="pairs">Every column, in every segment.</param>
    /// <param name="policy">The monitor's.</param>
    /// <param name="threads">At most so many at a time; −1 for as many as the machine has. The result does not depend on it.</param>
    public static ScanOutcome Run(IReadOnlyList<ColumnPair> pairs, MonitorPolicy policy, int threads)
    {
        var rule = RuleOf(policy);
        var measured = new FeatureMeasurement[pairs.Count];
        var drawn = new (HistogramPair? Histograms, QuantilePair? Quantiles, string Words)[pairs.Count];
        // The most expensive first, so that no thread is left with it at the end.
        int[] order = [.. Enumerable.Range(0, pairs.Count).OrderByDescending(at => pairs[at].Rows)];
        Parallel.For(0, order.Length, new() { MaxDegreeOfParallelism = threads }, turn =>
        {
            var at = order[turn];
            FeatureColumn? reference = pairs[at].Reference(), current = pairs[at].Current();
            measured[at] = Measured(pairs[at], reference, current, rule);
            drawn[at] = Drawn(reference, current);
        });
        var judged = Judge.Scan(measured, rule).Features;
        var checks = ScanOutcome.Ordered(judged.Select((feature, at) => Check(feature, rule, drawn[at])));
        var verdict = Overall(checks, policy);
        return new(verdict, Summary(checks, verdict, policy), checks);
    }

    private static DriftRule RuleOf(MonitorPolicy policy) => new(
        policy.FalseAlarmRate, policy.MinimumRows, policy.Correction, new(policy.Method, policy.RelevantEffect),
        policy.Columns.ToDictionary(column => column.Key, column => new FeatureRule(column.Value.Method ?? policy.Method, column.Value.RelevantEffect ?? policy.RelevantEffect)));

    private static FeatureMeasurement Measured(ColumnPair pair, FeatureColumn? reference, FeatureColumn? current, DriftRule rule) => (reference, current) switch
    {
        (null, _) => new(pair.Name, pair.Segment, rule.For(pair.Name).Method, null, "The reference has no such column or segment."),
        (_, null) => new(pair.Name, pair.Segment, rule.For(pair.Name).Method, null, "The window has no such column or segment."),
        _ => Measure.Feature(pair.Name, pair.Segment, reference, current, Fitting(rule.For(pair.Name).Method, reference)),
    };

    /// <summary>The monitor's method where the column has it; a method of numbers means χ² for labels.</summary>
    private static DriftMethod Fitting(DriftMethod method, FeatureColumn reference) =>
        reference.Labels is not null && method is DriftMethod.KolmogorovSmirnov or DriftMethod.Wasserstein ? DriftMethod.ChiSquare : method;

    private static (HistogramPair?, QuantilePair?, string) Drawn(FeatureColumn? reference, FeatureColumn? current) => reference is { Size: > 0 } && current is { Size: > 0 }
        ? (ColumnPlots.Histograms(reference, current), ColumnPlots.Quantiles(reference, current), ColumnPlots.WhatMoved(reference, current))
        : (null, null, "");

    private static FindingCheck Check(FeatureDrift feature, DriftRule rule, (HistogramPair? Histograms, QuantilePair? Quantiles, string Words) drawn)
    {
        var measured = feature.Measurement;
        var name = measured.Segment is { } segment ? $"{measured.Feature} in {segment}" : measured.Feature;
        return new(measured.Feature, "drift", measured.Segment, VerdictOf(feature.Verdict), $"{name}: {(feature.Verdict == DriftVerdict.Drifted ? drawn.Words : "")}{feature.Reason}")
        {
            Value = Finite(measured.Test?.Effect),
            Threshold = measured.Test is null ? null : rule.LimitOf(measured),
            Statistic = Finite(measured.Test?.Statistic),
            Method = measured.Method.ToString(),
            PValue = measured.Test?.PValue,
            AdjustedPValue = feature.AdjustedPValue,
            Effect = Finite(measured.Test?.Effect),
            RelevantEffect = measured.Test is null ? null : rule.LimitOf(measured),
            ReferenceSize = measured.Test?.ReferenceSize ?? 0,
            CurrentSize = measured.Test?.CurrentSize ?? 0,
            Histograms = drawn.Histograms,
            Quantiles = drawn.Quantiles,
        };
    }

    // A distance in standard deviations of a reference that has none is infinite; a finding holds numbers only.
    private static double? Finite(double? value) => value is { } number ? Math.Clamp(number, double.MinValue, double.MaxValue) : null;

    private static FindingVerdict VerdictOf(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drifted => FindingVerdict.Breached,
        DriftVerdict.Stable => FindingVerdict.Ok,
        DriftVerdict.NotEnoughData => FindingVerdict.NotEnoughData,
        DriftVerdict.NotComparable => FindingVerdict.NotComparable,
    };

    /// <summary>A column has drifted when it has in any segment.</summary>
    private static FindingVerdict Overall(IReadOnlyList<FindingCheck> checks, MonitorPolicy policy)
    {
        var any = ScanOutcome.Of(checks).Verdict;
        return any == FindingVerdict.Breached && DriftedShare(checks, policy) < policy.DriftedShare ? FindingVerdict.Ok : any;
    }

    private static double DriftedShare(IReadOnlyList<FindingCheck> checks, MonitorPolicy policy)
    {
        double Weight(string column) => policy.Columns.TryGetValue(column, out var rule) ? rule.Weight : 1;
        var columns = checks.GroupBy(check => check.Subject).Where(column => column.Any(check => check.Verdict is FindingVerdict.Ok or FindingVerdict.Breached)).ToArray();
        var all = columns.Sum(column => Weight(column.Key));
        return all == 0 ? 0 : columns.Where(column => column.Any(check => check.Verdict == FindingVerdict.Breached)).Sum(column => Weight(column.Key)) / all;
    }

    private static string Summary(IReadOnlyList<FindingCheck> checks, FindingVerdict verdict, MonitorPolicy policy) =>
        verdict == FindingVerdict.Ok && checks.Any(check => check.Verdict == FindingVerdict.Breached)
            ? Figures.Say($"{Figures.Percent(DriftedShare(checks, policy))} of the columns drifted, fewer than the {Figures.Percent(policy.DriftedShare)} that matter. {ScanOutcome.Sum(checks)}")
            : ScanOutcome.Sum(checks);
}
