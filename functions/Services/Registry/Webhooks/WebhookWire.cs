using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Services.Events.Webhooks;

namespace Serverless.Services.Registry.Webhooks;

/// <summary>A webhook as it is asked for.</summary>
/// <param name="Url">The address: https.</param>
/// <param name="Format">In which form.</param>
/// <param name="Secret">16 to 256 characters, or <c>whsec_</c> and Base64. Absent: as before.</param>
/// <param name="Events">Types, <c>*</c> standing for any letters; every step of alerts when absent.</param>
/// <param name="Models">Which models; all when absent.</param>
/// <param name="MinimumSeverity">Of alerts: from which severity on; all when absent.</param>
public sealed record WebhookRequest(
    string Url, WebhookFormat Format = WebhookFormat.CloudEvents, string? Secret = null, IReadOnlyList<string>? Events = null, IReadOnlyList<string>? Models = null,
    AlertSeverity MinimumSeverity = AlertSeverity.Info)
{
    private const int LongestUrl = 2048;
    private const int MostModels = 100;

    /// <summary>The webhook that is meant.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/></exception>
    public Webhook Webhook(string id, Webhook? before, string actor, DateTimeOffset now, WebhooksOptions options)
    {
        Check(options);
        var events = EventChoice.Checked(Events);
        if (Format != WebhookFormat.CloudEvents && events.FirstOrDefault(EventChoice.TakesMore) is { } more) throw Wrong("events", $"Only alerts can be told to Teams and Slack; {more} takes more.");
        var secret = Secret ?? before?.Secret;
        if (secret is null && Format == WebhookFormat.CloudEvents) throw Wrong("secret", "A webhook that takes CloudEvents has a secret, so that its receiver can tell who sends.");
        return new(
            id, Url, Format, secret, events, Models is { Count: > 0 } ? Models : ["*"], MinimumSeverity,
            before?.Created ?? now, now, actor, (before?.Revision ?? 0) + 1);
    }

    private void Check(WebhooksOptions options)
    {
        if (Url.Length > LongestUrl || !Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            throw Wrong("url", "The url is absolute, without user and fragment.");
        if (url.Scheme != Uri.UriSchemeHttps && !(options.AllowPrivate && url.Scheme == Uri.UriSchemeHttp)) throw Wrong("url", "The url is https.");
        if (!options.AllowPrivate && (url.IsLoopback || (System.Net.IPAddress.TryParse(url.DnsSafeHost, out var address) && !PublicAddresses.Contains(address))))
            throw Wrong("url", "The url leads to a private address.");
        if (!options.Allows(url.IdnHost)) throw Wrong("url", $"Webhooks may not lead to {url.IdnHost}: it is none of Webhooks:AllowedHosts.");
        if (Secret is not null && !WebhookSignature.IsKey(Secret)) throw Wrong("secret", "A secret has 16 to 256 characters; after whsec_ it is Base64 of 16 to 128 bytes.");
        if (Models?.Count > MostModels || Models?.Any(model => model.Length is 0 or > 256) == true) throw Wrong("models", $"At most {MostModels} names, * standing for any letters.");
    }

    private static ProblemException Wrong(string where, string what) => new(ProblemKind.InvalidRequest, what) { Where = where };
}

/// <summary>A webhook as it is shown: never with its secret.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Url">The address.</param>
/// <param name="Format">In which form.</param>
/// <param name="Signed">Whether it has a secret.</param>
/// <param name="Events">Which types.</param>
/// <param name="Models">Which models.</param>
/// <param name="MinimumSeverity">Of alerts: from which severity on.</param>
/// <param name="Created">Since when.</param>
/// <param name="Updated">When it was changed last.</param>
/// <param name="Actor">By whom.</param>
public sealed record WebhookResponse(
    string Id, string Url, WebhookFormat Format, bool Signed, IReadOnlyList<string> Events, IReadOnlyList<string> Models, AlertSeverity MinimumSeverity,
    DateTimeOffset Created, DateTimeOffset Updated, string Actor)
{
    /// <summary>A webhook without its secret.</summary>
    public static WebhookResponse Of(Webhook hook) => new(
        hook.Id, hook.Url, hook.Format, hook.Secret is not null, hook.Events, hook.Models, hook.MinimumSeverity, hook.Created, hook.Updated, hook.Actor);
}
