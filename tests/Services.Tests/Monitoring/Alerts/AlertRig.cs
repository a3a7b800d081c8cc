using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Core.Access;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Events.Webhooks;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Audit;
using Serverless.Services.Registry.Webhooks;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Faults;

namespace Serverless.Services.Tests.Monitoring.Alerts;

/// <summary>One instance of the suite's alerts over a real storage, a real topic and real receivers. Queue functions run when the test says so.</summary>
internal sealed class AlertRig : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2025, 3, 4, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Queues = [StorageNames.AlertQueue, StorageNames.AlertDeliveryQueue, StorageNames.AlertReleaseQueue, StorageNames.AlertUpkeepQueue];

    private readonly ServiceProvider services;
    private readonly QueueServiceClient outside;

    public AlertRig(string storage, Receiver receiver, TimeProvider? clock = null, Kill? kill = null, params (string Name, string Value)[] settings)
    {
        Kill = kill ?? new(0, false);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(settings.Select(one => new KeyValuePair<string, string?>(one.Name, one.Value)))
        {
            ["AzureWebJobsStorage"] = storage,
            ["EventGrid:TopicEndpoint"] = receiver.Address + "/events",
            ["EventGrid:TopicKey"] = "key",
            ["Alerts:PublicUrl"] = "https://mlops.example",
            ["Webhooks:AllowPrivate"] = settings.FirstOrDefault(one => one.Name == "Webhooks:AllowPrivate").Value ?? "true",
        }).Build();
        var collection = new ServiceCollection().AddLogging().AddSingleton(clock ?? TimeProvider.System).AddSingleton<IConfiguration>(configuration);
        var tables = new TableClientOptions();
        tables.AddPolicy(Kill, HttpPipelinePosition.PerCall);
        tables.Retry.MaxRetries = 0;
        var queues = new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05) { MessageEncoding = QueueMessageEncoding.None };
        queues.AddPolicy(Kill, HttpPipelinePosition.PerCall);
        queues.Retry.MaxRetries = 0;
        collection.AddSingleton(new TableServiceClient(storage, tables)).AddSingleton(new QueueServiceClient(storage, queues));
        collection.AddSingleton<RecentFindings>((_, since, _) => Task.FromResult<IReadOnlyList<Finding>>([.. Recent.Where(finding => finding.Window.To > since)]));
        collection.AddRegistry(configuration);
        collection.AddAlerts(configuration);
        services = collection.BuildServiceProvider();
        outside = new(storage, new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05) { MessageEncoding = QueueMessageEncoding.None });
    }

    public Kill Kill { get; }

    public List<Finding> Recent { get; } = [];

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    public Task<AlertState?> ObserveAsync(Finding finding, AlertPolicy? policy = null) => Get<AlertService>().ObserveAsync(finding, policy ?? new(), default);

    public async Task HookAsync(string id, WebhookRequest wanted)
    {
        var options = Get<Microsoft.Extensions.Options.IOptions<WebhooksOptions>>().Value;
        var hook = wanted.Webhook(id, null, "tester", Start, options);
        await KeepAsync(AlertSettingsTable.Webhooks, id, System.Text.Json.JsonSerializer.Serialize(hook, WebhookStoredJson.Default.Webhook));
    }

    public Task<bool> UnhookAsync(string id) => KeepAsync(AlertSettingsTable.Webhooks, id, null);

    public Task<bool> SilenceAsync(Silence silence) =>
        KeepAsync(AlertSettingsTable.Silences, silence.Id, System.Text.Json.JsonSerializer.Serialize(silence, AlertStoredJson.Default.Silence));

    // Other classes write into the same chain.
    private async Task<bool> KeepAsync(string kind, string id, string? json)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var (head, seen) = await Get<AlertSettingsTable>().HeadAsync(kind, default);
            var (entry, text, next) = AuditChain.Next(head, Start, null, id, new("Set", "", null, null), new("tester", "test", null));
            if (await Get<AlertSettingsTable>().TryCommitAsync(kind, id, json, json is null ? Azure.ETag.All : null, AuditChain.Row(kind, entry, text, next, StorageNames.SettingAuditPrefix), (next, seen), default)) return true;
        }
        return false;
    }

    public HttpRequest Request(string method = "GET")
    {
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Method = method;
        context.SetPrincipal(new Principal("tester", Role.Admin));
        return context.Request;
    }

    public async Task<IReadOnlyList<AlertState>> AlertsAsync(string model) =>
        await Get<AlertsTable>().AlertsAsync(ModelName.Parse(model), null, null, default).Select(AlertStore.ReadAlert).ToListAsync();

    public async Task<IReadOnlyList<string>> RowsAsync(string model, string prefix) =>
        await Get<AlertsTable>().ListAsync(ModelName.Parse(model), prefix, default).Select(row => row.RowKey).ToListAsync();

    /// <summary>Runs queue functions until nothing is left, or for so many rounds. A message whose function dies is seen again, as after its lease.</summary>
    public async Task PumpAsync(int rounds = 50, bool twice = false, Random? shuffle = null)
    {
        for (var round = 0; round < rounds; round++)
        {
            var messages = new List<(string Queue, QueueMessage Message)>();
            foreach (var queue in Queues) messages.AddRange((await ReceiveAsync(queue)).Select(message => (queue, message)));
            if (messages.Count == 0) return;
            var ordered = messages.ToArray();
            shuffle?.Shuffle(ordered);
            for (var at = 0; at < ordered.Length; at++) await RunAsync(ordered, at, twice);
        }
    }

    public async Task<IReadOnlyList<string>> MessagesAsync(string queue) =>
        await outside.GetQueueClient(queue).ExistsAsync() ? [.. (await outside.GetQueueClient(queue).PeekMessagesAsync(32)).Value.Select(message => message.MessageText)] : [];

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private async Task RunAsync((string Queue, QueueMessage Message)[] messages, int at, bool twice)
    {
        var (queue, message) = messages[at];
        try
        {
            await RunAsync(queue, message.MessageText);
            if (twice) await RunAsync(queue, message.MessageText);
        }
        catch
        {
            foreach (var (left, one) in messages[at..]) await outside.GetQueueClient(left).UpdateMessageAsync(one.MessageId, one.PopReceipt, visibilityTimeout: TimeSpan.Zero);
            throw;
        }

        await outside.GetQueueClient(queue).DeleteMessageAsync(message.MessageId, message.PopReceipt);
    }

    private Task RunAsync(string queue, string text) => queue switch
    {
        StorageNames.AlertQueue => Get<AlertDispatcher>().DispatchAsync(ModelName.Parse(text), default),
        StorageNames.AlertUpkeepQueue => Get<AlertUpkeep>().RunAsync(ModelName.Parse(text), default),
        StorageNames.AlertDeliveryQueue => Get<WebhookDeliveries>().RunAsync(text, default),
        _ => Get<AlertReleaser>().RunAsync(text, default),
    };

    private async Task<QueueMessage[]> ReceiveAsync(string queue)
    {
        var client = outside.GetQueueClient(queue);
        return await client.ExistsAsync() ? (await client.ReceiveMessagesAsync(32, TimeSpan.FromHours(1))).Value : [];
    }
}
