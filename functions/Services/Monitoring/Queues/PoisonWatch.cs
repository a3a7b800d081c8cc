using System.Text.Json;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Monitoring.Findings;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Queues;

/// <summary>
/// Makes messages that the host gave up a finding and an alert of the model that they concern. They stay where they are: whoever mends the cause puts them
/// back or deletes them, and with the next look the alert is over. What a message holds is not told; it may name people.
/// </summary>
/// <param name="queues">The account.</param>
/// <param name="findings">Keeps findings.</param>
/// <param name="alerts">Moves alerts.</param>
/// <param name="open">Which alerts may be over.</param>
/// <param name="clock">Tells the window.</param>
/// <param name="logger">Tells of messages that name no model.</param>
public sealed class PoisonWatch(QueueServiceClient queues, FindingStore findings, AlertService alerts, OpenAlerts open, TimeProvider clock, ILogger<PoisonWatch> logger)
{
    private const int Peeked = 32;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    /// <summary>Looks at every poison queue once. Again within the same five minutes changes only what has changed.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var models = new Dictionary<ModelName, Dictionary<string, int>>();
        foreach (var queue in StorageNames.WorkQueues)
            foreach (var model in await ModelsAsync(queue, cancel))
                Count(models, model, queue);
        await foreach (var alert in open.ListAsync(null, null, cancel))
            if (alert is { Open: true, Monitor: QueueMonitor.Name }) models.TryAdd(ModelName.Parse(alert.Model), []);
        foreach (var (model, givenUp) in models) await TellAsync(model, givenUp, cancel);
    }

    private static void Count(Dictionary<ModelName, Dictionary<string, int>> models, ModelName model, string queue)
    {
        if (!models.TryGetValue(model, out var counts)) models[model] = counts = [];
        counts[queue] = counts.GetValueOrDefault(queue) + 1;
    }

    // The scans' own poison queue is read by a function, which makes each message a finding: what that gives up lies one further.
    private async Task<IReadOnlyList<ModelName>> ModelsAsync(string queue, CancellationToken cancel)
    {
        if (queue == StorageNames.ScanQueue) return [];
        var poison = queues.GetQueueClient(queue + StorageNames.PoisonSuffix);
        if (!await poison.ExistsAsync(cancel)) return [];
        var found = (await poison.PeekMessagesAsync(Peeked, cancel)).Value.Select(message => ModelOf(message.Body)).ToArray();
        if (found.Count(model => model is null) is > 0 and var unknown) logger.PoisonWithoutModel(unknown, poison.Name);
        return [.. found.OfType<ModelName>()];
    }

    // Messages are a model's name, or name it.
    private static ModelName? ModelOf(BinaryData body)
    {
        try
        {
            var text = body.ToString();
            if (!text.StartsWith('{')) return ModelName.Parse(text);
            using var json = JsonDocument.Parse(text);
            var member = json.RootElement.EnumerateObject().FirstOrDefault(member => member.Name.Equals("model", StringComparison.OrdinalIgnoreCase));
            return member.Value.ValueKind == JsonValueKind.String ? ModelName.Parse(member.Value.GetString()) : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or ProblemException)
        {
            return null;
        }
    }

    private async Task TellAsync(ModelName model, IReadOnlyDictionary<string, int> givenUp, CancellationToken cancel)
    {
        var (now, outcome) = (clock.GetUtcNow(), QueueMonitor.Judge(givenUp));
        var end = DateTimeOffset.UnixEpoch + Math.Ceiling((now - DateTimeOffset.UnixEpoch) / Every) * Every;
        var there = await findings.FindAsync(model, QueueMonitor.Name, end, cancel);
        var finding = new Finding(Guid.CreateVersion7(now), model.Value, QueueMonitor.Name, Signal.Operations, new(end - Every, end), now, outcome.Verdict, outcome.Summary, givenUp.Values.Sum())
        { Revision = (there?.Row.Revision ?? 0) + 1, Checks = outcome.Checks };
        if (there is { Row: var row } && row.Summary == finding.Summary) await TellAsync(row, cancel);
        else if (await findings.TryKeepAsync(finding, finding.Rows, there?.ETag, cancel)) await alerts.ObserveAsync(finding, QueueMonitor.Alert, cancel);
    }

    // A crash may have come between keeping and telling.
    private async Task TellAsync(FindingRow row, CancellationToken cancel)
    {
        if (await findings.ReadAsync(row, cancel) is { } finding) await alerts.ObserveAsync(finding, QueueMonitor.Alert, cancel);
    }
}
