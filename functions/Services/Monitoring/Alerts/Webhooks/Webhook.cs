using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>In which form a webhook takes steps.</summary>
public enum WebhookFormat
{
    /// <summary>A CloudEvent in structured mode.</summary>
    CloudEvents,
    /// <summary>An Adaptive Card, for the Workflows webhook of Microsoft Teams.</summary>
    Teams,
    /// <summary>Block Kit, for an incoming webhook of Slack.</summary>
    Slack,
}

/// <summary>Where steps of alerts are sent.</summary>
/// <param name="Id">As its maker named it.</param>
/// <param name="Url">The address; part of it may be a secret.</param>
/// <param name="Format">In which form.</param>
/// <param name="Secret">Signs what is sent; never shown. Null: not signed.</param>
/// <param name="Events">Which steps.</param>
/// <param name="Models">Which models; names may hold <c>*</c>.</param>
/// <param name="MinimumSeverity">From which severity on.</param>
/// <param name="Created">Since when.</param>
/// <param name="Updated">When it was changed last.</param>
/// <param name="Actor">By whom.</param>
/// <param name="Revision">Counts its changes.</param>
public sealed record Webhook(
    string Id, string Url, WebhookFormat Format, string? Secret, IReadOnlyList<AlertEvent> Events, IReadOnlyList<string> Models, AlertSeverity MinimumSeverity,
    DateTimeOffset Created, DateTimeOffset Updated, string Actor, int Revision)
{
    /// <summary>Whether it is to hear of a step.</summary>
    public bool Wants(AlertNotice notice) =>
        notice.Severity >= MinimumSeverity && Events.Any(name => name.ToString() == notice.Name())
        && Models.Any(pattern => new AlertMatcher(pattern).Matches(notice.Model, notice.Monitor, notice.Severity));
}
