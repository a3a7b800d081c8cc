using System.Text.Json;
using Azure.Storage.Queues;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Monitoring.Queues;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Models;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>Finds the windows whose time has come and asks for each by one message, so that scans scale out with the platform. A message more than needed changes nothing.</summary>
public sealed class ScanSchedule(ModelCatalog catalog, ModelSnapshots models, FindingsTable table, AlertWithdrawal withdrawal, PoisonWatch poison, QueueServiceClient queues, TimeProvider clock)
{
    // After a longer pause older windows are left to a scan on demand.
    private const int MostAtOnce = 48;

    // Windows that are looked at again when a new one is due: rows come late when storage was away, labels by their nature.
    private static readonly int[] Again = [1, 2], LabelsAgain = [1, 2, 7, 30];

    private readonly WorkQueue queue = new(queues, StorageNames.ScanQueue);

    /// <summary>Asks for what is due of these signals, over all models.</summary>
    public async Task RequestAsync(IReadOnlyCollection<Signal> signals, CancellationToken cancel)
    {
        await foreach (var record in catalog.AllAsync(cancel))
        {
            if (record.Archived || await models.GetAsync(record.Name, cancel) is not { } snapshot) continue;
            // Objectives count all requests, whatever the log keeps of them.
            foreach (var (name, monitor) in snapshot.Policy.Monitoring.InForce.Where(monitor => signals.Contains(monitor.Value.Signal!.Value) && (monitor.Value.Slo is not null || snapshot.Policy.Logging.Mode != LoggingMode.Off)))
                await RequestAsync(record.Name, name, monitor, cancel);
        }

        // With the slowest of the timers.
        if (!signals.Contains(Signal.FeatureDrift)) return;
        await withdrawal.RunAsync(cancel);
        await poison.RunAsync(cancel);
    }

    private async Task RequestAsync(ModelName model, string name, MonitorPolicy monitor, CancellationToken cancel)
    {
        var (to, tag) = await table.StateAsync(model, name, cancel);
        var due = WindowPlan.Due(monitor, to, clock.GetUtcNow(), MostAtOnce);
        if (due.Count == 0) return;
        foreach (var window in due) await SendAsync(new(model.Value, name, window.To, null), cancel);
        // Counts that come late are in the long windows to come.
        foreach (var back in to is null || monitor.Slo is not null ? [] : monitor.Signal == Signal.LabelDrift ? LabelsAgain : Again)
            await SendAsync(new(model.Value, name, due[0].To - back * monitor.Stride, null), cancel);
        // After the messages: a crash between asks twice, never not at all.
        await table.TryPutStateAsync(model, name, due[^1].To, tag, cancel);
    }

    private Task<Azure.Storage.Queues.Models.SendReceipt> SendAsync(ScanRequest request, CancellationToken cancel) =>
        queue.SendAsync(JsonSerializer.Serialize(request, ScanJson.Default.ScanRequest), TimeSpan.Zero, cancel);
}
