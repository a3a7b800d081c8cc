using Serverless.Core.Statistics;

namespace Serverless.Core.Monitoring;

/// <summary>Whether the data is whole and as the contract says. Shares are tested against their bounds; p-values are corrected over the whole scan.</summary>
public static class QualityScan
{
    /// <summary>Scans one window.</summary>
    /// <param name="input">What is looked at.</param>
    /// <param name="parts">Parts of the rows whose columns are looked at on their own, too, by name: those of other versions.</param>
    /// <param name="policy">The monitor's.</param>
    public static ScanOutcome Run(QualityInput input, IReadOnlyList<(string Name, QualityInput Input)> parts, MonitorPolicy policy)
    {
        List<Candidate> candidates =
        [
            .. SchemaChecks.Of(input),
            .. VolumeChecks.Of(input.Traffic, input.UsualRows, policy.Quality.Volume, "rows", "Rows"),
            .. VolumeChecks.Freshness(input, policy),
            .. Columns(input, policy),
            .. input.Rows == 0 ? [] : RowChecks.Of(input, policy),
            .. parts.SelectMany(part => Columns(part.Input, policy).Select(candidate => candidate.In(part.Name))),
        ];
        return ScanOutcome.Of(Judged(candidates, policy));
    }

    /// <summary>Breached are candidates beyond their bound whose p-value, corrected over all that have one, is at most the rate.</summary>
    internal static IEnumerable<FindingCheck> Judged(IReadOnlyList<Candidate> candidates, MonitorPolicy policy)
    {
        Candidate[] tested = [.. candidates.Where(candidate => candidate.PValue is not null)];
        var adjusted = MultipleTesting.Adjust([.. tested.Select(candidate => candidate.PValue!.Value)], policy.Correction);
        var next = 0;
        foreach (var candidate in candidates)
            yield return candidate.PValue is null ? candidate.Check : Judged(candidate, adjusted[next++], policy.FalseAlarmRate);
    }

    private static FindingCheck Judged(Candidate candidate, double adjusted, double rate) => candidate.Check with
    {
        PValue = candidate.PValue,
        AdjustedPValue = adjusted,
        Verdict = candidate.Beyond && adjusted <= rate ? FindingVerdict.Breached : FindingVerdict.Ok,
        Words = candidate.Beyond && adjusted > rate ? $"{candidate.Check.Words} Chance explains it." : candidate.Check.Words,
    };

    private static IEnumerable<Candidate> Columns(QualityInput input, MonitorPolicy policy) =>
        input.Rows == 0 ? [] : input.Window.SelectMany(column => ColumnChecks.Of(column, Reference(input, column), Contract(input, column), policy));

    private static WindowColumn? Reference(QualityInput input, WindowColumn column) => input.Reference.GetValueOrDefault(column.Name);

    private static ColumnContract Contract(QualityInput input, WindowColumn column) => input.Contract.GetValueOrDefault(column.Name) ?? new();
}

/// <summary>A check before it is judged.</summary>
/// <param name="Check">With its final verdict where there is no p-value.</param>
/// <param name="PValue">The chance of so much while all is well; null where chance plays no part.</param>
/// <param name="Beyond">Whether the figure is beyond its bound.</param>
internal sealed record Candidate(FindingCheck Check, double? PValue, bool Beyond)
{
    /// <summary>The same of a part of the rows.</summary>
    public Candidate In(string part) => this with
    {
        Check = Check with { Segment = part, Words = Check.Words.StartsWith($"{Check.Subject}:", StringComparison.Ordinal) ? $"{Check.Subject} in {part}{Check.Words[Check.Subject.Length..]}" : $"In {part}: {Check.Words}" },
    };

    /// <summary>Where chance plays no part.</summary>
    public static Candidate Plain(string subject, string check, bool breached, string words, int? columns = null) =>
        new(new(subject, check, null, breached ? FindingVerdict.Breached : FindingVerdict.Ok, words) { Value = columns }, null, breached);

    /// <summary>A share of rows against the bound that it may reach.</summary>
    public static Candidate Share(string subject, string check, long hits, long rows, double bound, string what)
    {
        var share = rows == 0 ? 0 : (double)hits / rows;
        var words = Figures.Say($"{subject}: {Figures.Percent(share)} {what} ({hits} of {rows}); {Figures.Percent(bound)} may be.");
        return new(
            new(subject, check, null, FindingVerdict.Ok, words) { Value = share, Threshold = bound, CurrentSize = rows, Method = "Binomial" },
            rows == 0 ? 1 : BinomialTest.AtLeast(hits, rows, Math.Min(1, bound)), share > bound);
    }
}
