using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Services.Http;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>Where steps of alerts are sent.</summary>
/// <param name="table">Where they are kept.</param>
/// <param name="options">Which addresses are allowed.</param>
/// <param name="clock">Dates changes.</param>
/// <param name="logger">Says who changes them.</param>
public sealed class WebhookService(AlertSettingsTable table, IOptions<WebhooksOptions> options, TimeProvider clock, ILogger<WebhookService> logger)
{
    private readonly AlertSettings<Webhook> settings = new(table, AlertSettingsTable.Webhooks, AlertStoredJson.Default.Webhook, hook => hook.Revision);

    /// <summary>Every webhook.</summary>
    public async Task<IReadOnlyList<Webhook>> AllAsync(CancellationToken cancel) => await settings.ListAsync(null, cancel).ToListAsync(cancel);

    /// <summary>One webhook, or null.</summary>
    public Task<Webhook?> FindAsync(string id, CancellationToken cancel) => settings.FindAsync(id, cancel);

    /// <summary>Answers <c>GET /webhooks</c>.</summary>
    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancel)
    {
        var paging = Paging.Of(request);
        var found = await settings.ListAsync(paging.After, cancel).Take(paging.Size + 1).Select(WebhookResponse.Of).ToListAsync(cancel);
        return TypedResults.Json(
            new Page<WebhookResponse>([.. found.Take(paging.Size)], found.Count > paging.Size ? Paging.Token(found[paging.Size - 1].Id) : null), AlertWireJson.Default.PageWebhookResponse);
    }

    /// <summary>Answers <c>GET /webhooks/{id}</c>.</summary>
    public async Task<IResult> GetAsync(HttpRequest request, string id, CancellationToken cancel) => Answer(request, await settings.GetAsync(id, cancel), null);

    /// <summary>Answers <c>PUT /webhooks/{id}</c>.</summary>
    public async Task<IResult> PutAsync(HttpRequest request, string id, CancellationToken cancel)
    {
        var wanted = await request.ReadAsync(AlertWireJson.Default.WebhookRequest, cancel);
        var (hook, created) = await settings.PutAsync(id, request.IfMatch(), before => wanted.Webhook(id, before, request.Caller().Actor, clock.GetUtcNow(), options.Value), cancel);
        logger.SettingChanged(hook.Actor, AlertSettingsTable.Webhooks, id);
        return Answer(request, hook, created ? $"/webhooks/{id}" : null);
    }

    /// <summary>Answers <c>DELETE /webhooks/{id}</c>.</summary>
    public async Task<IResult> DeleteAsync(HttpRequest request, string id, CancellationToken cancel)
    {
        await settings.DeleteAsync(id, request.IfMatch(), cancel);
        logger.SettingChanged(request.Caller().Actor, AlertSettingsTable.Webhooks, id);
        return TypedResults.NoContent();
    }

    private static IResult Answer(HttpRequest request, Webhook hook, string? created) =>
        Revisions.Json(request, WebhookResponse.Of(hook), AlertWireJson.Default.WebhookResponse, hook.Revision, created);
}
