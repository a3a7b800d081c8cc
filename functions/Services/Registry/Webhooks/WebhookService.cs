using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Serverless.Services.Events.Webhooks;
using Serverless.Services.Http;
using Serverless.Services.Registry.Settings;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Webhooks;

/// <summary>Where events are sent.</summary>
/// <param name="ledger">Where they are kept and audited.</param>
/// <param name="vault">Seals their secrets.</param>
/// <param name="options">Which addresses are allowed.</param>
/// <param name="clock">Dates changes.</param>
public sealed class WebhookService(SettingsLedger ledger, WebhookVault vault, IOptions<WebhooksOptions> options, TimeProvider clock)
{
    private readonly SettingsDocuments<Webhook> settings = new(
        ledger, AlertSettingsTable.Webhooks, WebhookStoredJson.Default.Webhook, hook => hook.Revision, Told, (Actions.WebhookSet, Actions.WebhookRemoved));

    /// <summary>Every webhook, its secret sealed.</summary>
    public async Task<IReadOnlyList<Webhook>> AllAsync(CancellationToken cancel) => await settings.ListAsync(null, cancel).ToListAsync(cancel);

    /// <summary>One webhook with its secret, to call it; or null.</summary>
    /// <exception cref="CryptographicException">Its secret was sealed under another key.</exception>
    public async Task<Webhook?> FindAsync(string id, CancellationToken cancel) =>
        await settings.FindAsync(id, cancel) is { } hook ? hook with { Secret = hook.Secret is { } kept ? vault.Open(id, kept) : null } : null;

    /// <summary>Refuses an id that no webhook has.</summary>
    /// <exception cref="Core.Problems.ProblemException"><see cref="Core.Problems.ProblemKind.NotFound"/></exception>
    public Task CheckAsync(string id, CancellationToken cancel) => settings.GetAsync(id, cancel);

    /// <summary>Answers <c>GET /webhooks</c>.</summary>
    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancel)
    {
        var paging = Paging.Of(request);
        var found = await settings.ListAsync(paging.After, cancel).Take(paging.Size + 1).Select(WebhookResponse.Of).ToListAsync(cancel);
        return TypedResults.Json(
            new Page<WebhookResponse>([.. found.Take(paging.Size)], found.Count > paging.Size ? Paging.Token(found[paging.Size - 1].Id) : null), WebhookWireJson.Default.PageWebhookResponse);
    }

    /// <summary>Answers <c>GET /webhooks/{id}</c>.</summary>
    public async Task<IResult> GetAsync(HttpRequest request, string id, CancellationToken cancel) => Answer(request, await settings.GetAsync(id, cancel), null);

    /// <summary>Answers <c>PUT /webhooks/{id}</c>.</summary>
    public async Task<IResult> PutAsync(HttpRequest request, string id, CancellationToken cancel)
    {
        var wanted = await request.ReadAsync(WebhookWireJson.Default.WebhookRequest, cancel);
        var (hook, created) = await settings.PutAsync(id, request.IfMatch(), before => Sealed(wanted, wanted.Webhook(id, before, request.Caller().Actor, clock.GetUtcNow(), options.Value)), request.Caller(), cancel);
        return Answer(request, hook, created ? $"/webhooks/{id}" : null);
    }

    /// <summary>Answers <c>DELETE /webhooks/{id}</c>.</summary>
    public async Task<IResult> DeleteAsync(HttpRequest request, string id, CancellationToken cancel)
    {
        await settings.DeleteAsync(id, request.IfMatch(), request.Caller(), cancel);
        return TypedResults.NoContent();
    }

    // A secret that is not given anew is the one before, which is sealed.
    private Webhook Sealed(WebhookRequest wanted, Webhook hook) => wanted.Secret is { } secret ? hook with { Secret = vault.Seal(hook.Id, secret) } : hook;

    // Part of an address may be a secret: the trail has its host, and a hash that tells whether the rest has changed.
    private static JsonNode? Told(Webhook hook)
    {
        var told = JsonSerializer.SerializeToNode(WebhookResponse.Of(hook) with { Url = new Uri(hook.Url).GetLeftPart(UriPartial.Authority) }, WebhookWireJson.Default.WebhookResponse)!;
        told["urlHash"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hook.Url)));
        return told;
    }

    private static IResult Answer(HttpRequest request, Webhook hook, string? created) =>
        Revisions.Json(request, WebhookResponse.Of(hook), WebhookWireJson.Default.WebhookResponse, hook.Revision, created);
}
