namespace Serverless.Core.Monitoring;

/// <summary>A check as an alert carries it: what changed, how much, and how sure that is.</summary>
/// <param name="Subject">A column's or a figure's name.</param>
/// <param name="Check">What was asked of it.</param>
/// <param name="Segment">The part of the rows, or null for all.</param>
/// <param name="Words">The answer in words.</param>
public sealed record AlertCheck(string Subject, string Check, string? Segment, string Words)
{
    private const int LongestWords = 240;

    /// <summary>The figure that was judged.</summary>
    public double? Value { get; init; }

    /// <summary>Its bound.</summary>
    public double? Threshold { get; init; }

    /// <summary>The size of the change.</summary>
    public double? Effect { get; init; }

    /// <summary>The p-value, corrected over the scan where it was.</summary>
    public double? PValue { get; init; }

    /// <summary>The breached checks of a finding that matter most: by how far the change is beyond what matters, then by how sure it is.</summary>
    public static IReadOnlyList<AlertCheck> Top(Finding finding, int most) =>
    [
        .. finding.Checks.Where(check => check.Verdict == FindingVerdict.Breached)
            .OrderByDescending(Weight).ThenBy(check => check.AdjustedPValue ?? check.PValue ?? 1)
            .ThenBy(check => check.Subject, StringComparer.Ordinal).ThenBy(check => check.Check, StringComparer.Ordinal).ThenBy(check => check.Segment, StringComparer.Ordinal)
            .Take(most).Select(Of),
    ];

    /// <summary>How many times over what matters a check's change is; 1 where nobody can say.</summary>
    internal static double Weight(FindingCheck check) =>
        check is { Effect: { } effect, RelevantEffect: > 0 and var relevant } && double.IsFinite(effect) ? Math.Abs(effect) / relevant
        : check is { Value: { } value, Threshold: > 0 and var bound } && double.IsFinite(value) && value > bound ? value / bound
        : 1;

    internal static string Short(string text, int longest) => text.Length <= longest ? text : text[..(longest - 1)] + '…';

    private static AlertCheck Of(FindingCheck check) => new(check.Subject, check.Check, check.Segment, Short(check.Words, LongestWords))
    {
        Value = Finite(check.Value), Threshold = Finite(check.Threshold), Effect = Finite(check.Effect), PValue = Finite(check.AdjustedPValue ?? check.PValue),
    };

    private static double? Finite(double? figure) => figure is { } number && double.IsFinite(number) ? number : null;
}
