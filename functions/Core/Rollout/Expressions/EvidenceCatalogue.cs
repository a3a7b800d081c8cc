using System.Collections.Immutable;
using Serverless.Core.Monitoring;

namespace Serverless.Core.Rollout;

/// <summary>A family of names.</summary>
/// <param name="Pattern">Its segments: a word, one of several in braces, or <c>*</c> for any.</param>
/// <param name="Meaning">What the figure is.</param>
public sealed record EvidencePattern(string Pattern, string Meaning)
{
    private readonly string[][] segments = [.. Pattern.Split('.').Select(segment => segment.StartsWith('{') ? segment[1..^1].Split('|') : [segment])];

    internal bool Matches(IReadOnlyList<string> name) =>
        name.Count == segments.Length && segments.Zip(name).All(pair => pair.First is ["*"] || pair.First.Contains(pair.Second, StringComparer.Ordinal));

    /// <summary>The name of this family that is nearest to another, and how many letters apart they are.</summary>
    internal (string Name, int Distance) Nearest(IReadOnlyList<string> name)
    {
        // Segments that may be anything take what the name has at that place.
        var nearest = segments.Select((choices, at) => choices is ["*"] ? at < name.Count ? name[at] : "…" : choices.MinBy(choice => at < name.Count ? Letters(choice, name[at]) : choice.Length)!);
        var joined = string.Join('.', nearest);
        return (joined, Letters(joined, string.Join('.', name)));
    }

    /// <remarks>Levenshtein 1966: insertions, deletions and substitutions.</remarks>
    private static int Letters(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }
}

/// <summary>All names that evidence can have. Each also has <c>.lower</c>, <c>.upper</c> (its interval's ends) and <c>.n</c> (its rows).</summary>
public static class EvidenceCatalogue
{
    /// <summary>Over how long burn rates are given.</summary>
    public static ImmutableArray<TimeSpan> BurnWindows { get; } =
        [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromDays(1), TimeSpan.FromDays(3)];

    private const string Fairness = "{demographic_parity_difference|demographic_parity_ratio|equal_opportunity_difference|false_positive_rate_difference|equalized_odds_difference|equalized_odds_ratio}";

    private static readonly string Burns = $"{{{string.Join('|', BurnWindows.Select(WindowName.Of))}}}";

    /// <summary>The families of names.</summary>
    public static ImmutableArray<EvidencePattern> Patterns { get; } =
    [
        new("trial.loaded", "1 if the candidate was loaded and answered in a trial"),
        new("signature.compatible", "1 if its signature is that of the champion, or one that callers of the champion can use"),
        new("contract.compatible", "1 if it takes what the data contract promises"),
        new("robustness.{finite|stable|nulls}", "the share of rows whose outputs are finite, do not change under small perturbations, and serve where a value is missing"),
        new("memory.{bytes|ratio}", "memory of a session, and by the champion's"),
        new("champion.memory.bytes", "memory of a session of the champion"),
        new("latency.{p50|p95|p99}", "seconds"),
        new("champion.latency.{p50|p95|p99}", "seconds, of the champion on the same machine"),
        new("latency.{p50|p95|p99}.ratio", "by the champion's"),
        new("errors.rate", "the share of requests that failed"),
        new("errors.rate.difference", "less the champion's"),
        new("champion.errors.rate", "the share of requests that failed, of the champion"),
        new("metrics.*", "a metric of the candidate on the evaluation set"),
        new("champion.metrics.*", "of the champion on the same rows"),
        new("comparison.*", "a metric's difference by paired rows, larger is better; score is the main metric"),
        new("slices.worst.{comparison|metric}", "the worst slice's paired difference, and metric"),
        new("slices.*.*.*", "a metric by feature and value"),
        new("champion.slices.*.*.*", "of the champion"),
        new("fairness.*." + Fairness, "by sensitive feature; worst is the worst of them"),
        new("champion.fairness.*." + Fairness, "of the champion"),
        new("fairness.*.smallest", "the rows of the smallest group"),
        new("shadow.{rows|labelled|days|dropped|agreement}", "rows compared, rows with a label, whole days, the share dropped, the share of equal answers"),
        new("shadow.{correct|loss|score}.difference", "paired: right answers, loss (larger is better), score"),
        new("shadow.latency.{p50|p95|p99}.ratio", "by the champion's"),
        new("shadow.errors.rate", "the share of shadow answers that failed"),
        new("shadow.drift.prediction", "the distance of its predictions from the champion's"),
        new("performance.{accuracy|f1|mae}", "a metric by labels that arrived"),
        new("performance.{accuracy|f1|mae}.difference", "less the champion's, larger is better"),
        new("champion.performance.{accuracy|f1|mae}", "of the champion"),
        new("outcome.*.{rate|mean|uplift}", "a declared outcome; uplift is less the champion's"),
        new("champion.outcome.*.{rate|mean}", "of the champion"),
        new("drift.{share|largest|columns}", "drifted columns' share, largest effect, number"),
        new("drift.columns.*", "one column's effect"),
        new("drift.prediction", "the prediction's effect"),
        new("quality.{violations|share}", "breaches of the data contract, and the largest share of rows with one of them"),
        new("alerts.{critical|warning|firing}", "alerts of the model that fire"),
        new("operations.burn." + Burns, "how many times as fast as it lasts the candidate uses up an error budget, of all objectives the fastest"),
        new("operations.burn.*." + Burns, "by objective"),
        new("release.{step|rows|minutes|share}", "of the step under way"),
    ];

    /// <summary>What is wrong with a name, and what was probably meant; null when it is known.</summary>
    public static string? Problem(string name)
    {
        var (stem, part) = EvidenceName.Split(name);
        if (IsKnown(name) || (part != FigurePart.Value && IsKnown(stem))) return null;
        var suffix = name[stem.Length..];
        var (nearest, distance) = Patterns.Select(pattern => pattern.Nearest(EvidenceName.Segments(stem))).MinBy(candidate => candidate.Distance);
        return distance <= Math.Max(3, stem.Length / 3) ? $"There is no evidence named {name}; did you mean {nearest}{suffix}?" : $"There is no evidence named {name}; the documentation lists the names";
    }

    private static bool IsKnown(string name)
    {
        var segments = EvidenceName.Segments(name);
        return segments.All(segment => segment.Length > 0) && Patterns.Any(pattern => pattern.Matches(segments));
    }
}
