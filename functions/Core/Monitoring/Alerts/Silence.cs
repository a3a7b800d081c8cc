using System.IO.Enumeration;

namespace Serverless.Core.Monitoring;

/// <summary>Which alerts a silence or a webhook is about. <c>*</c> stands for any letters.</summary>
/// <param name="Model">A model's name.</param>
/// <param name="Monitor">A monitor's name.</param>
/// <param name="Severity">A severity in lower case.</param>
public sealed record AlertMatcher(string Model = "*", string Monitor = "*", string Severity = "*")
{
    /// <summary>Whether an alert is meant.</summary>
    public bool Matches(string model, string monitor, AlertSeverity severity) =>
        Fits(Model, model) && Fits(Monitor, monitor) && Fits(Severity, severity.ToString().ToLowerInvariant());

    internal static bool Fits(string pattern, string text) => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);
}

/// <summary>A time in which alerts change and are recorded, but nobody is told.</summary>
/// <param name="Id">As its maker named it.</param>
/// <param name="Matcher">Which alerts.</param>
/// <param name="From">Since when.</param>
/// <param name="To">Until when, not included.</param>
/// <param name="Reason">Why.</param>
/// <param name="Actor">Who asked for it.</param>
public sealed record Silence(string Id, AlertMatcher Matcher, DateTimeOffset From, DateTimeOffset To, string Reason, string Actor)
{
    /// <summary>Counts its changes.</summary>
    public int Revision { get; init; } = 1;

    /// <summary>Whether it keeps an alert quiet now.</summary>
    public bool Covers(AlertState alert, DateTimeOffset now) => From <= now && now < To && Matcher.Matches(alert.Model, alert.Monitor, alert.Severity);
}
