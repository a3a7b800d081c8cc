using Serverless.Core.Rollout;
using Serverless.Core.Statistics;

namespace Serverless.Services.Rollout.Live;

/// <summary>How far the groups of each segment are apart: decisions over all rows, right and wrong ones over those with labels.</summary>
internal static class FairnessFigures
{
    private const string Worst = "worst";

    public static void Add(FigureSet figures, string prefix, SideTally side)
    {
        var found = new List<(string Figure, double Value, long Rows)>();
        foreach (var (segment, groups) in side.Segments.Where(segment => segment.Value.Count > 1 && segment.Key != Worst).OrderBy(segment => segment.Key, StringComparer.Ordinal))
        {
            foreach (var (name, value, rows) in Of(groups))
            {
                figures.Add($"{prefix}fairness.{EvidenceName.Of(segment)}.{name}", value, rows);
                found.Add((name, value, rows));
            }
            if (prefix.Length == 0) figures.Add($"fairness.{EvidenceName.Of(segment)}.smallest", groups.Values.Min(group => group.Rows), groups.Values.Sum(group => group.Rows));
        }
        foreach (var figure in found.GroupBy(figure => figure.Figure))
        {
            // Of ratios the smallest, of differences the largest is the worst.
            var worst = figure.Key.EndsWith("ratio", StringComparison.Ordinal) ? figure.MinBy(one => one.Value) : figure.MaxBy(one => one.Value);
            figures.Add($"{prefix}fairness.{Worst}.{figure.Key}", worst.Value, worst.Rows);
        }
    }

    private static IEnumerable<(string Name, double Value, long Rows)> Of(Dictionary<string, GroupTally> groups)
    {
        var decisions = GroupFairness.Compare(groups.ToDictionary(group => group.Key, group => group.Value.Decisions), FigureSet.Level);
        var labelled = GroupFairness.Compare(groups.Where(group => group.Value.Labelled.Total > 0).ToDictionary(group => group.Key, group => group.Value.Labelled), FigureSet.Level);
        var (all, known) = (groups.Values.Sum(group => group.Rows), (long)groups.Values.Sum(group => group.Labelled.Total));
        (string Name, double? Value, long Rows)[] figures =
        [
            ("demographic_parity_difference", decisions.DemographicParityDifference, all),
            ("demographic_parity_ratio", decisions.DemographicParityRatio, all),
            ("equal_opportunity_difference", labelled.EqualOpportunityDifference, known),
            ("false_positive_rate_difference", labelled.FalsePositiveRateDifference, known),
            ("equalized_odds_difference", labelled.EqualizedOddsDifference, known),
            ("equalized_odds_ratio", labelled.EqualizedOddsRatio, known),
        ];
        return figures.Where(figure => figure.Value is not null).Select(figure => (figure.Name, figure.Value!.Value, figure.Rows));
    }
}
