using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Access;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>What whoever takes an alert has to say.</summary>
/// <param name="Comment">Kept in the alert's history.</param>
public sealed record AcknowledgeRequest(string? Comment = null);

/// <summary>An alert with all that belongs to it.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="Diagnosis">Where to look first, as it was found when the alert was last told; null while it is only pending.</param>
/// <param name="SilencedBy">The silences that cover it now.</param>
/// <param name="Deliveries">How its steps reached webhooks.</param>
/// <param name="Links">Where to read more.</param>
public sealed record AlertResponse(
    AlertState Alert, Diagnosis? Diagnosis, IReadOnlyList<string> SilencedBy, IReadOnlyList<DeliveryRecord> Deliveries, AlertLinks Links);

/// <summary>Answers questions about alerts.</summary>
/// <param name="table">Every alert.</param>
/// <param name="store">The alerts of a model.</param>
/// <param name="alerts">Moves them.</param>
/// <param name="silences">What nobody wants to hear now.</param>
/// <param name="deliveries">How steps reached webhooks.</param>
/// <param name="models">The models, whose audit trails tell who took which alert.</param>
/// <param name="clock">Measures silences.</param>
public sealed class AlertReads(AlertsTable table, AlertStore store, AlertService alerts, SilenceService silences, WebhookDeliveries deliveries, ModelStore models, TimeProvider clock)
{
    private const int LongestComment = 1024;

    private static readonly AlertStatus[] All = Enum.GetValues<AlertStatus>();

    /// <summary>Answers <c>GET /alerts?state=&amp;model=</c>: <c>open</c> (the default), <c>all</c>, or one or more states, separated by commas.</summary>
    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancel)
    {
        var paging = Paging.Of(request);
        var model = request.Query["model"].ToString() is { Length: > 0 } name ? ModelName.Parse(name) : (ModelName?)null;
        var found = await AlertsAsync(model, After(paging.After), States(request.Query["state"].ToString()), cancel).Take(paging.Size + 1).ToListAsync(cancel);
        var last = found.Count > paging.Size ? found[paging.Size - 1] : null;
        return TypedResults.Json(
            new Page<AlertState>([.. found.Take(paging.Size)], Paging.Token(last is null ? null : $"{last.Model}|{StorageNames.Alert(last.Id)}")), AlertWireJson.Default.PageAlertState);
    }

    // What is open is noted; of what is over nobody keeps a list.
    private IAsyncEnumerable<AlertState> AlertsAsync(ModelName? model, (string, string)? after, AlertStatus[] states, CancellationToken cancel) =>
        states.Contains(AlertStatus.Resolved)
            ? table.AlertsAsync(model, after, Filter(states), cancel).Select(AlertStore.ReadAlert)
            : store.OpenAsync(model, after, cancel).Where(alert => states.Contains(alert.Status));

    /// <summary>Answers <c>GET /models/{m}/alerts/{id}</c>.</summary>
    public async Task<IResult> GetAsync(HttpRequest request, string model, string id, CancellationToken cancel)
    {
        var name = ModelName.Parse(model);
        return await AnswerAsync(request, name, await FindAsync(name, id, cancel), cancel);
    }

    /// <summary>Answers <c>POST /models/{m}/alerts/{id}/acknowledge</c>.</summary>
    public async Task<IResult> AcknowledgeAsync(HttpRequest request, string model, string id, CancellationToken cancel)
    {
        var (name, wanted) = (ModelName.Parse(model), await request.ReadOptionalAsync(AlertWireJson.Default.AcknowledgeRequest, cancel));
        var alert = await FindAsync(name, id, cancel);
        var taken = await alerts.AcknowledgeAsync(name, alert.Id, request.Caller().Actor, Labels.Text(wanted?.Comment, LongestComment, "comment"), cancel);
        if (alert.Status != AlertStatus.Acknowledged) await RecordAsync(name, alert, taken, request.Caller(), cancel);
        return await AnswerAsync(request, name, taken, cancel);
    }

    // The alert's own history is the first record; the model's trail joins it to all else that was done.
    private async Task RecordAsync(ModelName model, AlertState before, AlertState after, Caller caller, CancellationToken cancel)
    {
        if (await models.FindAsync(model, cancel) is null) return;
        static JsonObject Told(AlertState alert) => new() { ["monitor"] = alert.Monitor, ["status"] = alert.Status.ToString() };
        var change = new Change(Actions.AlertAcknowledged, $"alerts/{after.Id:D}", Told(before), Told(after), after.History[^1].Reason);
        await models.ChangeAsync(model, caller, record => Task.FromResult(record is null ? null : new Plan(record, [], change)), cancel);
    }

    /// <summary>Answers <c>POST /models/{m}/alerts/{id}/silence</c> with the silence.</summary>
    public async Task<IResult> SilenceAsync(HttpRequest request, string model, string id, CancellationToken cancel) =>
        await silences.SilenceAsync(request, await FindAsync(ModelName.Parse(model), id, cancel), cancel);

    private async Task<AlertState> FindAsync(ModelName model, string id, CancellationToken cancel) =>
        Guid.TryParseExact(id, "D", out var alert) && await store.FindAsync(model, alert, cancel) is { } found ? found.Alert
            : throw new ProblemException(ProblemKind.NotFound, $"{model} has no alert {id}.") { Where = "id" };

    private async Task<IResult> AnswerAsync(HttpRequest request, ModelName model, AlertState alert, CancellationToken cancel)
    {
        var fired = alert.History.LastOrDefault(step => step.To == AlertStatus.Firing);
        var notice = fired is null ? null : await store.NoticeAsync(model, fired.Id, cancel);
        var now = clock.GetUtcNow();
        var silencing = (await silences.AllAsync(cancel)).Where(silence => silence.Covers(alert, now)).Select(silence => silence.Id);
        var told = new List<DeliveryRecord>();
        foreach (var step in alert.History) told.AddRange(await deliveries.OfAsync(model, step.Id, cancel));
        return Revisions.Json(request, new AlertResponse(alert, notice?.Diagnosis, [.. silencing], told, notice?.Links ?? AlertLinks.Of(alert, null)), AlertWireJson.Default.AlertResponse, alert.Revision);
    }

    private static (string, string)? After(string? token) => token?.Split('|', 2) switch
    {
        null => null,
        [var partition, var row] when row.StartsWith(StorageNames.AlertPrefix, StringComparison.Ordinal) => (partition, row),
        _ => throw Paging.Unknown(),
    };

    private static string? Filter(AlertStatus[] states) => states.Length == All.Length ? null
        : string.Join(" or ", states.Select(status => TableClient.CreateQueryFilter($"status eq {status.ToString()}")));

    private static AlertStatus[] States(string state) => state switch
    {
        "all" => All,
        "" or "open" => [.. All.Where(status => status != AlertStatus.Resolved)],
        _ => [.. state.Split(',', StringSplitOptions.TrimEntries).Select(One).Distinct()],
    };

    private static AlertStatus One(string state) => All.Where(status => status.ToString().Equals(state, StringComparison.OrdinalIgnoreCase)).Select(status => (AlertStatus?)status).FirstOrDefault()
        ?? throw new ProblemException(ProblemKind.InvalidRequest, "state is open, all, or one or more states.") { Where = "state", Expected = ["open", "all", "pending", "firing", "acknowledged", "resolved"] };
}
