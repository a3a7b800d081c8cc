using System.Xml;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>A silence as it is asked for. Names may hold <c>*</c>; what is absent is <c>*</c>.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Model">Which models.</param>
/// <param name="Monitor">Which monitors.</param>
/// <param name="Severity">Which severities.</param>
/// <param name="From">Since when; now when absent.</param>
/// <param name="Until">Until when; or <paramref name="For"/>.</param>
/// <param name="For">How long, in ISO 8601: <c>PT4H</c>.</param>
public sealed record SilenceRequest(
    string Reason, string? Model = null, string? Monitor = null, string? Severity = null, DateTimeOffset? From = null, DateTimeOffset? Until = null, string? For = null)
{
    private const int LongestReason = 1024;
    private const int LongestPattern = 256;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>The silence that is meant.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/></exception>
    public Silence Silence(string id, Silence? before, string actor, DateTimeOffset now)
    {
        var from = From ?? before?.From ?? now;
        var to = End(Until, For, from);
        if (to <= from || to <= now || to - from > Longest) throw Wrong("until", "A silence ends after it begins and after now, and lasts a year at most.");
        return new(id, new(Pattern(Model, "model"), Pattern(Monitor, "monitor"), Pattern(Severity, "severity")), from, to, Text(Reason), actor) { Revision = (before?.Revision ?? 0) + 1 };
    }

    internal static DateTimeOffset End(DateTimeOffset? until, string? length, DateTimeOffset from)
    {
        if ((until is null) == (length is null)) throw Wrong("until", "Say either \"until\", a time, or \"for\", a duration such as PT4H.");
        if (until is { } end) return end;
        try
        {
            return from + XmlConvert.ToTimeSpan(length!);
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            throw Wrong("for", "\"for\" is a duration of ISO 8601, such as PT4H or P2D.");
        }
    }

    internal static string Text(string reason) => Labels.Text(reason, LongestReason, "reason") is { Length: > 0 } text ? text : throw Wrong("reason", "A silence has a reason.");

    private static string Pattern(string? pattern, string where) => pattern switch
    {
        null => "*",
        { Length: > 0 and <= LongestPattern } => pattern,
        _ => throw Wrong(where, $"A pattern has 1 to {LongestPattern} letters; * stands for any."),
    };

    private static ProblemException Wrong(string where, string what) => new(ProblemKind.InvalidRequest, what) { Where = where };
}

/// <summary>A silence of one alert's model and monitor.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Until">Until when; or <paramref name="For"/>.</param>
/// <param name="For">How long, in ISO 8601.</param>
public sealed record AlertSilenceRequest(string Reason, DateTimeOffset? Until = null, string? For = null);

/// <summary>A silence as it is shown.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Model">Which models.</param>
/// <param name="Monitor">Which monitors.</param>
/// <param name="Severity">Which severities.</param>
/// <param name="From">Since when.</param>
/// <param name="Until">Until when.</param>
/// <param name="Active">Whether it is in force now.</param>
/// <param name="Reason">Why.</param>
/// <param name="Actor">Who asked for it.</param>
public sealed record SilenceResponse(
    string Id, string Model, string Monitor, string Severity, DateTimeOffset From, DateTimeOffset Until, bool Active, string Reason, string Actor)
{
    /// <summary>A silence as it is now.</summary>
    public static SilenceResponse Of(Silence silence, DateTimeOffset now) => new(
        silence.Id, silence.Matcher.Model, silence.Matcher.Monitor, silence.Matcher.Severity, silence.From, silence.To, silence.From <= now && now < silence.To, silence.Reason, silence.Actor);
}
