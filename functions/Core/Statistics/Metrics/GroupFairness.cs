namespace Serverless.Core.Statistics;

/// <summary>A group's decisions, with its selection rate and that rate's Wilson interval: a ratio over thirty rows is noise, and this shows it.</summary>
public readonly record struct GroupOutcome(string Group, BinaryConfusion Cells, Estimate SelectionRate);

/// <summary>How far groups are apart. A gap over fewer than two groups where the rate is defined is null.</summary>
public sealed record FairnessReport(
    IReadOnlyList<GroupOutcome> Groups,
    double? DemographicParityDifference,
    double? DemographicParityRatio,
    double? EqualOpportunityDifference,
    double? FalsePositiveRateDifference,
    double? EqualizedOddsDifference,
    double? EqualizedOddsRatio);

/// <summary>Group fairness of binary decisions, as ranges over groups.</summary>
/// <remarks>
/// Differences are max − min over groups, ratios min / max. Demographic parity compares selection rates (Dwork et al. 2012), equal opportunity
/// true positive rates, equalized odds the worse of true and false positive rates (Hardt, Price, Srebro 2016). A group without positives has no
/// true positive rate and is left out of that range, where Fairlearn counts 0; without negatives likewise.
/// </remarks>
public static class GroupFairness
{
    /// <summary>Counts each group and compares them; groups come in ordinal order.</summary>
    public static FairnessReport Compare(ReadOnlySpan<bool> labels, ReadOnlySpan<bool> selected, IReadOnlyList<string> groups, double level)
    {
        Require.SameLength(labels.Length, selected.Length, nameof(selected));
        Require.SameLength(labels.Length, groups.Count, nameof(groups));
        var cells = new SortedDictionary<string, BinaryConfusion>(StringComparer.Ordinal);
        for (var i = 0; i < labels.Length; i++)
            cells[groups[i]] = Add(cells.GetValueOrDefault(groups[i]), labels[i], selected[i]);
        return Compare(cells, level);
    }

    /// <summary>Compares groups that were counted before.</summary>
    public static FairnessReport Compare(IReadOnlyDictionary<string, BinaryConfusion> groups, double level) =>
        Compare([.. groups.OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => Outcome(group.Key, group.Value, level))]);

    private static FairnessReport Compare(GroupOutcome[] groups)
    {
        var (parity, parityRatio) = Range(groups, c => c.SelectionRate);
        var (hits, hitsRatio) = Range(groups, c => c.Recall);
        var (alarms, alarmsRatio) = Range(groups, c => c.FalsePositiveRate);
        return new(groups, parity, parityRatio, hits, alarms, Worse(hits, alarms, Math.Max), Worse(hitsRatio, alarmsRatio, Math.Min));
    }

    /// <summary>Difference and ratio; where every group's rate is 0 they are equal, so the ratio is 1.</summary>
    private static (double? Difference, double? Ratio) Range(GroupOutcome[] groups, Func<BinaryConfusion, double?> rate)
    {
        var rates = groups.Select(g => rate(g.Cells)).OfType<double>().ToArray();
        if (rates.Length < 2)
            return (null, null);
        var (low, high) = (rates.Min(), rates.Max());
        return (high - low, high == 0 ? 1 : low / high);
    }

    private static double? Worse(double? a, double? b, Func<double, double, double> worse) =>
        a is { } x && b is { } y ? worse(x, y) : a ?? b;

    private static GroupOutcome Outcome(string group, BinaryConfusion cells, double level) => new(group, cells,
        new(cells.SelectionRate, Intervals.Wilson(cells.TruePositive + cells.FalsePositive, cells.Total, level), (int)cells.Total));

    private static BinaryConfusion Add(BinaryConfusion cells, bool label, bool selected) => (label, selected) switch
    {
        (true, true) => cells with { TruePositive = cells.TruePositive + 1 },
        (true, false) => cells with { FalseNegative = cells.FalseNegative + 1 },
        (false, true) => cells with { FalsePositive = cells.FalsePositive + 1 },
        (false, false) => cells with { TrueNegative = cells.TrueNegative + 1 },
    };
}
