using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Azure.Messaging;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Registry;
using Serverless.Services.Events;
using Serverless.Services.Events.Webhooks;
using Serverless.Services.Http;
using Serverless.Services.Registry.Webhooks;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>Brings steps of alerts and events to webhooks: a message for each and webhook, at least one request for each message, one record for each and webhook.</summary>
/// <param name="queues">The messages.</param>
/// <param name="table">The records.</param>
/// <param name="store">What steps tell.</param>
/// <param name="hooks">Where they go.</param>
/// <param name="sender">Calls.</param>
/// <param name="meters">Count requests.</param>
/// <param name="options">How often and how long.</param>
/// <param name="alerts">The suite's address.</param>
/// <param name="clock">Dates records.</param>
/// <param name="logger">Says what failed.</param>
public sealed class WebhookDeliveries(
    QueueServiceClient queues, AlertsTable table, AlertStore store, WebhookService hooks, WebhookSender sender, DeliveryMeters meters, IOptions<WebhooksOptions> options,
    IOptions<AlertsOptions> alerts, TimeProvider clock, ILogger<WebhookDeliveries> logger)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(6);

    private readonly WorkQueue queue = new(queues, StorageNames.AlertDeliveryQueue);

    /// <summary>Asks for a step to be brought to every webhook that wants it.</summary>
    public async Task RequestAsync(AlertNotice notice, CancellationToken cancel)
    {
        foreach (var hook in await hooks.AllAsync(cancel))
            if (hook.Wants(notice.Type, notice.Model, notice.Severity)) await RequestAsync(ModelName.Parse(notice.Model), notice.Id, notice.Type, hook, cancel);
    }

    /// <summary>Asks for an event that is kept to be brought to one webhook.</summary>
    internal async Task RequestAsync(ModelName model, Guid id, string type, Webhook hook, CancellationToken cancel)
    {
        await table.NoteToldAsync(new(hook.Id, id, model, type), cancel);
        await SendAsync(new(model.Value, id, hook.Id, 1), TimeSpan.Zero, cancel);
    }

    /// <summary>Answers <c>GET /webhooks/{id}/deliveries</c>: what it is told of, newest first.</summary>
    public async Task<IResult> ListAsync(HttpRequest request, string id, CancellationToken cancel)
    {
        await hooks.CheckAsync(id, cancel);
        var paging = Paging.Of(request);
        var found = await table.ToldAsync(id, paging.After, cancel).Take(paging.Size + 1).ToListAsync(cancel);
        var page = new List<WebhookDelivery>();
        foreach (var told in found.Take(paging.Size)) page.Add(Of(told, await table.FindAsync(told.Model, StorageNames.AlertDelivery(told.Step, id), cancel) is { } row ? Read(row) : null));
        return TypedResults.Json(new(page, Paging.Token(found.Count > paging.Size ? StorageNames.ToldRow(found[paging.Size - 1].Step) : null)), AlertWireJson.Default.PageWebhookDelivery);
    }

    /// <summary>How a step or an event reached webhooks.</summary>
    public async Task<IReadOnlyList<DeliveryRecord>> OfAsync(ModelName model, Guid step, CancellationToken cancel) =>
        await table.ListAsync(model, $"{StorageNames.DeliveryPrefix}{step:D}|", cancel).Select(Read).ToListAsync(cancel);

    /// <summary>Does what a message asks for. What stumbles over storage is asked again later rather than thrown, so that nothing ends in a poison queue.</summary>
    public async Task RunAsync(string message, CancellationToken cancel)
    {
        var asked = JsonSerializer.Deserialize(message, AlertStoredJson.Default.DeliveryMessage)!;
        try
        {
            await DeliverAsync(asked, cancel);
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException or CryptographicException)
        {
            if (failure is CryptographicException) logger.SecretUnreadable(failure, asked.Webhook);
            else logger.DeliveryStumbled(failure);
            await SendAsync(asked, Again, cancel);
        }
    }

    private async Task DeliverAsync(DeliveryMessage asked, CancellationToken cancel)
    {
        var model = ModelName.Parse(asked.Model);
        var row = await table.FindAsync(model, StorageNames.AlertDelivery(asked.Step, asked.Webhook), cancel);
        // A duplicate, or an older try.
        if (row is not null && Read(row) is var known && (known.Status != DeliveryStatus.Waiting || known.Attempts >= asked.Attempt)) return;
        if (await hooks.FindAsync(asked.Webhook, cancel) is not { } hook || await CallAsync(model, asked.Step, hook, cancel) is not { } call) return;
        using var span = MonitoringTracing.Deliver(hook.Id, call.TraceParent);
        var result = await sender.SendAsync(call with { TraceParent = span?.Id ?? call.TraceParent }, cancel);
        if (!result.Delivered) span?.SetStatus(System.Diagnostics.ActivityStatusCode.Error);
        var record = Record(asked, result);
        meters.Made(record);
        // The next try before the record of this one: a crash between them repeats this try rather than lose the next.
        if (record.Next is { } next) await SendAsync(asked with { Attempt = asked.Attempt + 1 }, next - record.Time, cancel);
        await KeepAsync(model, record, row, cancel);
        Say(record);
    }

    private async Task<WebhookCall?> CallAsync(ModelName model, Guid id, Webhook hook, CancellationToken cancel)
    {
        if (await store.NoticeAsync(model, id, cancel) is { } notice)
        {
            var (body, type) = WebhookBodies.Of(hook.Format, notice, alerts.Value.PublicUrl);
            return new(hook.Url, hook.Secret, id.ToString("D"), body, type, notice.TraceParent);
        }

        if (await table.FindAsync(model, StorageNames.WebhookEvent(id), cancel) is not { } row) return null;
        var told = Encoding.UTF8.GetBytes(row.GetText("json"));
        return new(hook.Url, hook.Secret, id.ToString("D"), told, EventEnvelope.ContentType, EventTracing.TraceParentOf(CloudEvent.Parse(new BinaryData(told))!));
    }

    private DeliveryRecord Record(DeliveryMessage asked, SendResult result)
    {
        var (now, over) = (clock.GetUtcNow(), result.Final || asked.Attempt >= options.Value.Attempts);
        var status = result.Delivered ? DeliveryStatus.Delivered : over ? DeliveryStatus.GivenUp : DeliveryStatus.Waiting;
        return new(asked.Step, asked.Webhook, status, asked.Attempt, now, result.Status, result.Reason, status == DeliveryStatus.Waiting ? now + Wait(asked.Attempt, result) : null);
    }

    // Between half of it and all of it, so that what failed together is not tried together again.
    private TimeSpan Wait(int attempt, SendResult result)
    {
        var wait = options.Value.DelayAfter(attempt) * (0.5 + (RandomNumberGenerator.GetInt32(1024) / 2048.0));
        if (result.RetryAfter is { } asked && asked > wait) wait = asked;
        return wait < Longest ? wait : Longest;
    }

    // Under the row's ETag: of two tries at once, "delivered" is not overwritten by "failed".
    private async Task KeepAsync(ModelName model, DeliveryRecord record, TableEntity? seen, CancellationToken cancel)
    {
        for (var row = seen; ; row = await table.FindAsync(model, StorageNames.AlertDelivery(record.Step, record.Webhook), cancel))
        {
            if (row is not null && Read(row).Status == DeliveryStatus.Delivered) return;
            if (await table.TryCommitAsync([row is null ? new(TableTransactionActionType.Add, Row(model, record)) : new(TableTransactionActionType.UpdateReplace, Row(model, record), row.ETag)], cancel)) return;
        }
    }

    private void Say(DeliveryRecord record)
    {
        if (record.Status == DeliveryStatus.Waiting) logger.DeliveryFailed(record.Webhook, record.Step, record.Attempts, record.Reason!);
        if (record.Status == DeliveryStatus.GivenUp) logger.DeliveryGivenUp(record.Webhook, record.Step, record.Attempts, record.Reason!);
    }

    private Task<SendReceipt> SendAsync(DeliveryMessage message, TimeSpan delay, CancellationToken cancel) => queue.SendAsync(JsonSerializer.Serialize(message, AlertStoredJson.Default.DeliveryMessage), delay, cancel);

    private static TableEntity Row(ModelName model, DeliveryRecord record) => new(StorageNames.Partition(model), StorageNames.AlertDelivery(record.Step, record.Webhook))
    {
        ["status"] = record.Status.ToString(), ["attempts"] = record.Attempts, ["time"] = record.Time, ["httpStatus"] = record.HttpStatus, ["reason"] = record.Reason, ["next"] = record.Next,
    };

    private static WebhookDelivery Of(ToldRow told, DeliveryRecord? record) => new(
        told.Step, told.Model.Value, told.Type, record?.Status ?? DeliveryStatus.Waiting, record?.Attempts ?? 0, record?.Time, record?.Next, record?.HttpStatus, record?.Reason);

    private static DeliveryRecord Read(TableEntity row) => new(
        Guid.ParseExact(row.RowKey.AsSpan(StorageNames.DeliveryPrefix.Length, 36), "D"), row.RowKey[(StorageNames.DeliveryPrefix.Length + 37)..], Enum.Parse<DeliveryStatus>(row.GetString("status")),
        row.GetInt32("attempts")!.Value, row.GetDateTimeOffset("time")!.Value, row.GetInt32("httpStatus"), row.GetString("reason"), row.GetDateTimeOffset("next"));
}
