using System.IO.Enumeration;
using Serverless.Core.Monitoring;

namespace Serverless.Services.Registry.Webhooks;

/// <summary>In which form a webhook takes events.</summary>
public enum WebhookFormat
{
    /// <summary>A CloudEvent in structured mode.</summary>
    CloudEvents,
    /// <summary>An Adaptive Card, for the Workflows webhook of Microsoft Teams.</summary>
    Teams,
    /// <summary>Block Kit, for an incoming webhook of Slack.</summary>
    Slack,
}

/// <summary>Where events are sent.</summary>
/// <param name="Id">As its maker named it.</param>
/// <param name="Url">The address; part of it may be a secret.</param>
/// <param name="Format">In which form.</param>
/// <param name="Secret">Signs what is sent; never shown. Null: not signed.</param>
/// <param name="Events">Which, as <see cref="EventChoice"/> reads it.</param>
/// <param name="Models">Which models; names may hold <c>*</c>.</param>
/// <param name="MinimumSeverity">Of alerts: from which severity on.</param>
/// <param name="Created">Since when.</param>
/// <param name="Updated">When it was changed last.</param>
/// <param name="Actor">By whom.</param>
/// <param name="Revision">Counts its changes.</param>
public sealed record Webhook(
    string Id, string Url, WebhookFormat Format, string? Secret, IReadOnlyList<string> Events, IReadOnlyList<string> Models, AlertSeverity MinimumSeverity,
    DateTimeOffset Created, DateTimeOffset Updated, string Actor, int Revision)
{
    /// <summary>Whether it is to hear of an event.</summary>
    /// <param name="type">The event's type.</param>
    /// <param name="model">The model that it is about.</param>
    /// <param name="severity">An alert's; null for events that have none.</param>
    public bool Wants(string type, string model, AlertSeverity? severity) =>
        !(severity < MinimumSeverity) && Events.Any(choice => EventChoice.Takes(choice, type)) && Models.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, model, ignoreCase: false));
}
