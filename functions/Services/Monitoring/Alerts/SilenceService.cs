using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Settings;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>Times in which nobody wants to hear of some alerts.</summary>
/// <param name="ledger">Where they are kept and audited.</param>
/// <param name="releases">Asked before a silence changes, so that what it keeps back is told in any case.</param>
/// <param name="clock">Measures them.</param>
public sealed class SilenceService(SettingsLedger ledger, AlertReleases releases, TimeProvider clock)
{
    private readonly SettingsDocuments<Silence> settings = new(
        ledger, AlertSettingsTable.Silences, AlertStoredJson.Default.Silence, silence => silence.Revision, silence => JsonSerializer.SerializeToNode(silence, AlertStoredJson.Default.Silence), (Actions.SilenceSet, Actions.SilenceWithdrawn));

    /// <summary>Every silence.</summary>
    public async Task<IReadOnlyList<Silence>> AllAsync(CancellationToken cancel) => await settings.ListAsync(null, cancel).ToListAsync(cancel);

    /// <summary>Answers <c>GET /silences</c>.</summary>
    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancel)
    {
        var (paging, now) = (Paging.Of(request), clock.GetUtcNow());
        var found = await settings.ListAsync(paging.After, cancel).Take(paging.Size + 1).Select(silence => SilenceResponse.Of(silence, now)).ToListAsync(cancel);
        return TypedResults.Json(
            new Page<SilenceResponse>([.. found.Take(paging.Size)], found.Count > paging.Size ? Paging.Token(found[paging.Size - 1].Id) : null), AlertWireJson.Default.PageSilenceResponse);
    }

    /// <summary>Answers <c>GET /silences/{id}</c>.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/></exception>
    public async Task<IResult> GetAsync(HttpRequest request, string id, CancellationToken cancel) => Answer(request, await settings.GetAsync(id, cancel), null);

    /// <summary>Answers <c>PUT /silences/{id}</c>.</summary>
    public async Task<IResult> PutAsync(HttpRequest request, string id, CancellationToken cancel)
    {
        var wanted = await request.ReadAsync(AlertWireJson.Default.SilenceRequest, cancel);
        await releases.RequestAllAsync(cancel);
        var (silence, created) = await settings.PutAsync(id, request.IfMatch(), before => wanted.Silence(id, before, request.Caller().Actor, clock.GetUtcNow()), request.Caller(), cancel);
        return Answer(request, silence, created ? $"/silences/{id}" : null);
    }

    /// <summary>Answers <c>DELETE /silences/{id}</c>: what it keeps back is told.</summary>
    public async Task<IResult> DeleteAsync(HttpRequest request, string id, CancellationToken cancel)
    {
        await releases.RequestAllAsync(cancel);
        await settings.DeleteAsync(id, request.IfMatch(), request.Caller(), cancel);
        return TypedResults.NoContent();
    }

    /// <summary>A silence of one alert's model and monitor, from now.</summary>
    public async Task<IResult> SilenceAsync(HttpRequest request, AlertState alert, CancellationToken cancel)
    {
        var (wanted, now) = (await request.ReadAsync(AlertWireJson.Default.AlertSilenceRequest, cancel), clock.GetUtcNow());
        var id = Guid.CreateVersion7(now).ToString("D");
        var exact = new SilenceRequest(wanted.Reason, alert.Model, alert.Monitor, null, now, wanted.Until, wanted.For);
        var (silence, _) = await settings.PutAsync(id, null, _ => exact.Silence(id, null, request.Caller().Actor, now), request.Caller(), cancel);
        return Answer(request, silence, $"/silences/{id}");
    }

    private IResult Answer(HttpRequest request, Silence silence, string? created) =>
        Revisions.Json(request, SilenceResponse.Of(silence, clock.GetUtcNow()), AlertWireJson.Default.SilenceResponse, silence.Revision, created);
}
