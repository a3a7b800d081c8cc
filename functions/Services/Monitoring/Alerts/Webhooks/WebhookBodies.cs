using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Serverless.Core.Monitoring;
using Serverless.Services.Events;
using Serverless.Services.Registry.Webhooks;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>A step in the form that a receiver takes.</summary>
public static class WebhookBodies
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body and its content type.</summary>
    /// <param name="format">The form.</param>
    /// <param name="notice">The step.</param>
    /// <param name="site">The suite's address, or null.</param>
    public static (byte[] Body, string ContentType) Of(WebhookFormat format, AlertNotice notice, string? site) => format switch
    {
        WebhookFormat.CloudEvents => (EventEnvelope.Structured(EventEnvelope.Of(notice.Event(), site)), EventEnvelope.ContentType),
        WebhookFormat.Teams => (JsonSerializer.SerializeToUtf8Bytes(TeamsCard.Of(notice), Readable), "application/json; charset=utf-8"),
        WebhookFormat.Slack => (JsonSerializer.SerializeToUtf8Bytes(SlackBlocks.Of(notice), Readable), "application/json; charset=utf-8"),
    };

    /// <summary>What happened, in a line.</summary>
    internal static string Title(AlertNotice notice) => $"{Sign(notice)} {notice.Model}: {notice.Monitor} {Verb(notice)}";

    /// <summary>Names and values for people.</summary>
    internal static IReadOnlyList<(string Name, string Value)> Facts(AlertNotice notice) =>
    [
        ("Model", notice.Model),
        ("Monitor", $"{notice.Monitor} ({Words(notice.Signal.ToString())})"),
        ("Severity", notice.Severity.ToString()),
        ("Since", notice.Since.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)),
        ("Why", notice.Status is AlertStatus.Firing or AlertStatus.Resolved ? notice.Reason : $"{notice.Actor}: {notice.Reason}"),
    ];

    /// <summary>What changed most, and how sure that is; a line each.</summary>
    internal static IEnumerable<string> Changes(AlertNotice notice) => notice.Top.Select(check =>
        $"{check.Subject}{(check.Segment is null ? "" : $" ({check.Segment})")}: {check.Words}{(check.PValue is { } p ? string.Create(CultureInfo.InvariantCulture, $" [p = {p:0.###e-0}]") : "")}");

    /// <summary>Links that can be followed from elsewhere.</summary>
    internal static IEnumerable<(string Name, string Url)> Links(AlertNotice notice) =>
        new[] { ("Alert", notice.Links?.Alert), ("Finding", notice.Links?.Finding), ("Report", notice.Links?.Report), ("Model", notice.Links?.Model) }
            .Where(link => link.Item2?.StartsWith("http", StringComparison.Ordinal) == true).Select(link => (link.Item1, link.Item2!));

    private static string Verb(AlertNotice notice) => Enum.Parse<AlertEvent>(notice.Name()) switch
    {
        AlertEvent.AlertFired => notice.Cause == AlertCause.Failing ? "cannot be scanned" : "is in breach",
        AlertEvent.AlertReminded => "is still in breach",
        AlertEvent.AlertAcknowledged => $"was acknowledged by {notice.Actor}",
        AlertEvent.AlertResolved => "is fine again",
    };

    private static string Sign(AlertNotice notice) => notice.Status switch
    {
        AlertStatus.Resolved => "✅",
        AlertStatus.Acknowledged => "👀",
        AlertStatus.Firing or AlertStatus.Pending => notice.Severity switch
        {
            AlertSeverity.Info => "ℹ️", AlertSeverity.Warning => "⚠️", AlertSeverity.Critical => "🔥",
        },
    };

    private static string Words(string name) => string.Concat(name.Select((letter, at) => at > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));
}
