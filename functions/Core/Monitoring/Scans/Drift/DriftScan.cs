using Serverless.Core.Statistics;

namespace Serverless.Core.Monitoring;

/// <summary>One column's change in one segment: measured and drawn, not yet judged.</summary>
/// <param name="Measurement">Statistic, p-value, effect and sizes, or why there are none.</param>
/// <param name="Histograms">Both sides in the same bins, or null.</param>
/// <param name="Quantiles">The same quantiles of both sides, or null.</param>
/// <param name="Words">What moved.</param>
public sealed record ColumnChange(FeatureMeasurement Measurement, HistogramPair? Histograms, QuantilePair? Quantiles, string Words);

/// <summary>Whether columns are distributed as before: each measured on its own, so that they may be in parallel, all judged together, told in words.</summary>
public static class DriftScan
{
    /// <summary>Measures one column in one segment; a side that is null is not there.</summary>
    public static ColumnChange Measure(string column, string? segment, FeatureColumn? reference, FeatureColumn? current, MonitorPolicy policy)
    {
        var measured = Measured(column, segment, reference, current, RuleOf(policy));
        return reference is { Size: > 0 } && current is { Size: > 0 }
            ? new(measured, ColumnPlots.Histograms(reference, current), ColumnPlots.Quantiles(reference, current), ColumnPlots.WhatMoved(reference, current))
            : new(measured, null, null, "");
    }

    /// <summary>Measures one column whose window is known by its profile, as its values would be measured; null where the method needs the values.</summary>
    public static ColumnChange? Measure(string column, FeatureColumn reference, ColumnProfile current, MonitorPolicy policy) =>
        Statistics.Measure.Feature(column, reference, current, Fitting(RuleOf(policy).For(column).Method, reference.Labels is not null)) is not { } measured ? null
        : reference.Size > 0 && current.Moments.Count > 0
            ? new(measured, ProfilePlots.Histograms(reference, current), ProfilePlots.Quantiles(reference, current), ProfilePlots.WhatMoved(reference, current))
            : new(measured, null, null, "");

    /// <summary>Whether a column is compared by counts in cells, between <see cref="BaselineColumn.Edges"/>, and needs no more of a window.</summary>
    public static bool IsOnCells(BaselineColumn reference, MonitorPolicy policy) => reference.Edges is { } edges && Fitting(RuleOf(policy).For(reference.Watched).Method, reference.Commonest is not null) switch
    {
        // What Auto means, by what is known of the reference.
        DriftMethod.Auto => edges.Count == 0,
        var method => Statistics.Measure.IsOnCells(method),
    };

    /// <summary>Judges all columns and segments of a window together.</summary>
    public static ScanOutcome Judge(IReadOnlyList<ColumnChange> changes, MonitorPolicy policy)
    {
        var rule = RuleOf(policy);
        var judged = Statistics.Judge.Scan([.. changes.Select(change => change.Measurement)], rule).Features;
        var checks = ScanOutcome.Ordered(judged.Select((feature, at) => Check(feature, rule, changes[at])));
        var verdict = Overall(checks, policy);
        return new(verdict, Summary(checks, verdict, policy), checks);
    }

    private static DriftRule RuleOf(MonitorPolicy policy) => new(
        policy.FalseAlarmRate, policy.MinimumRows, policy.Correction, new(policy.Method, policy.RelevantEffect),
        policy.Columns.ToDictionary(column => column.Key, column => new FeatureRule(column.Value.Method ?? policy.Method, column.Value.RelevantEffect ?? policy.RelevantEffect)));

    private static FeatureMeasurement Measured(string column, string? segment, FeatureColumn? reference, FeatureColumn? current, DriftRule rule) => (reference, current) switch
    {
        (null, _) => new(column, segment, rule.For(column).Method, null, "The reference has no such column or segment."),
        (_, null) => new(column, segment, rule.For(column).Method, null, "The window has no such column or segment."),
        _ => Statistics.Measure.Feature(column, segment, reference, current, Fitting(rule.For(column).Method, reference.Labels is not null)),
    };

    /// <summary>The monitor's method where the column has it; a method of numbers means χ² for labels.</summary>
    private static DriftMethod Fitting(DriftMethod method, bool labelled) =>
        labelled && method is DriftMethod.KolmogorovSmirnov or DriftMethod.Wasserstein ? DriftMethod.ChiSquare : method;

    private static FindingCheck Check(FeatureDrift feature, DriftRule rule, ColumnChange drawn)
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
