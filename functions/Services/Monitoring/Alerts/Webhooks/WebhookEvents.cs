using Azure.Data.Tables;
using Azure.Messaging;
using Serverless.Core.Registry;
using Serverless.Services.Events;
using Serverless.Services.Registry.Webhooks;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>
/// Tells webhooks of events of the registry and of rollouts. The topic brings them; here they are kept and queued, one message a webhook, for the topic does not
/// wait long. Steps of alerts do not come this way: they are queued by the alert itself.
/// </summary>
/// <param name="table">Keeps events until they are delivered.</param>
/// <param name="hooks">Who wants them.</param>
/// <param name="deliveries">Bring them.</param>
public sealed class WebhookEvents(AlertsTable table, WebhookService hooks, WebhookDeliveries deliveries)
{
    /// <summary>Has an event brought to every webhook that wants it. What is not the suite's, or has a way of its own, is none of ours.</summary>
    /// <param name="told">As the topic delivers it, in any order, as often as it likes.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task TellAsync(CloudEvent told, CancellationToken cancel)
    {
        if (told.Source != EventTypes.Source || !EventTypes.IsChange(told.Type) || !Guid.TryParseExact(told.Id, "D", out var id) || told.Subject?.Split('/') is not ["models", var name, ..]) return;
        var wanting = (await hooks.AllAsync(cancel)).Where(hook => hook.Wants(told.Type, name, null)).ToArray();
        if (wanting.Length == 0) return;
        using var span = MonitoringTracing.Source.Process(told);
        var model = ModelName.Parse(name);
        await KeepAsync(model, id, told, cancel);
        foreach (var hook in wanting) await deliveries.RequestAsync(model, id, told.Type, hook, cancel);
    }

    // Before the messages: whoever takes one finds its event.
    private Task<bool> KeepAsync(ModelName model, Guid id, CloudEvent told, CancellationToken cancel) => table.TryCommitAsync(
        [new(TableTransactionActionType.UpsertReplace, new TableEntity(StorageNames.Partition(model), StorageNames.WebhookEvent(id)).WithText("json", System.Text.Encoding.UTF8.GetString(EventEnvelope.Structured(told))))], cancel);
}
