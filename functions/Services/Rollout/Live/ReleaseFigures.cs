using Serverless.Core.Rollout;
using Serverless.Core.Statistics;

namespace Serverless.Services.Rollout.Live;

/// <summary>Two sides' tallies as evidence.</summary>
/// <param name="positive">The positive one of two classes; null where nobody knows, or there are more.</param>
internal sealed class ReleaseFigures(string? positive)
{
    // Callers name outcomes; evidence is kept with each decision.
    private const int MostOutcomes = 32;

    private readonly FigureSet figures = new("traffic");

    public Evidence Of(SideTally candidate, SideTally champion)
    {
        Operations(candidate, champion);
        Performance(candidate, champion);
        foreach (var name in candidate.Outcomes.Keys.Union(champion.Outcomes.Keys, StringComparer.Ordinal)
            .OrderByDescending(name => Rows(candidate, name) + Rows(champion, name)).ThenBy(name => name, StringComparer.Ordinal).Take(MostOutcomes))
            Outcome(EvidenceName.Of(name), candidate.Outcomes.GetValueOrDefault(name), champion.Outcomes.GetValueOrDefault(name));
        FairnessFigures.Add(figures, "", candidate);
        FairnessFigures.Add(figures, "champion.", champion);
        if (candidate.Predictions.Distance(champion.Predictions) is var (distance, rows)) figures.Add("drift.prediction", distance, rows);
        return figures.Evidence;
    }

    private static long Rows(SideTally side, string name) => side.Outcomes.GetValueOrDefault(name).Values.Count;

    private void Operations(SideTally candidate, SideTally champion)
    {
        figures.Add("release.rows", candidate.Rows, candidate.Rows);
        figures.AddShare("errors.rate", candidate.Failed, candidate.Requests);
        figures.AddShare("champion.errors.rate", champion.Failed, champion.Requests);
        figures.AddDifference("errors.rate.difference", (candidate.Failed, candidate.Requests), (champion.Failed, champion.Requests));
        figures.AddPercentiles("latency", candidate.Latency);
        figures.AddPercentiles("champion.latency", champion.Latency);
        figures.AddRatios("latency", candidate.Latency, champion.Latency);
    }

    private void Performance(SideTally candidate, SideTally champion)
    {
        figures.AddMean("performance.mae", candidate.Losses);
        figures.AddMean("champion.performance.mae", champion.Losses);
        // Less loss is better.
        figures.AddDifference("performance.mae.difference", champion.Losses, candidate.Losses);
        figures.AddShare("performance.accuracy", candidate.Classes.Right, candidate.Classes.Rows);
        figures.AddShare("champion.performance.accuracy", champion.Classes.Right, champion.Classes.Rows);
        figures.AddDifference("performance.accuracy.difference", (candidate.Classes.Right, candidate.Classes.Rows), (champion.Classes.Right, champion.Classes.Rows));
        var (now, usual) = (F1(candidate.Classes), F1(champion.Classes));
        figures.Add("performance.f1", now?.Value, candidate.Classes.Rows, Spread(now?.Value, now?.Variance));
        figures.Add("champion.performance.f1", usual?.Value, champion.Classes.Rows, Spread(usual?.Value, usual?.Variance));
        figures.Add("performance.f1.difference", now?.Value - usual?.Value, Math.Min(candidate.Classes.Rows, champion.Classes.Rows), Spread(now?.Value - usual?.Value, now?.Variance + usual?.Variance));
    }

    private (double Value, double? Variance)? F1(ClassTally classes) =>
        positive is not null ? classes.F1(positive) is var (value, variance) ? (value, variance) : null : classes.MacroF1() is { } macro ? (macro, null) : null;

    private static ConfidenceInterval? Spread(double? value, double? variance) => value is { } centre && variance is > 0 and var spread
        ? new(centre - Z * Math.Sqrt(spread), centre + Z * Math.Sqrt(spread), FigureSet.Level, IntervalMethod.Normal) : null;

    private const double Z = 1.959963984540054;

    private void Outcome(string name, OutcomeTally candidate, OutcomeTally champion)
    {
        var isRate = candidate.IsRate && champion.IsRate;
        foreach (var (prefix, side) in new[] { ("", candidate), ("champion.", champion) })
            if (isRate) figures.AddShare($"{prefix}outcome.{name}.rate", side.Ones, side.Values.Count);
            else figures.AddMean($"{prefix}outcome.{name}.mean", side.Values);
        if (isRate) figures.AddDifference($"outcome.{name}.uplift", (candidate.Ones, candidate.Values.Count), (champion.Ones, champion.Values.Count));
        else figures.AddDifference($"outcome.{name}.uplift", candidate.Values, champion.Values);
    }
}
