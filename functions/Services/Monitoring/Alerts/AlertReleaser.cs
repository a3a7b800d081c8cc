using System.Text.Json;
using Azure;
using Microsoft.Extensions.Logging;
using Serverless.Core.Registry;
using Serverless.Services.Events;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>Answers the questions of <see cref="AlertReleases"/>.</summary>
/// <param name="alerts">Tells.</param>
/// <param name="releases">Asks again, where a silence was prolonged.</param>
/// <param name="open">What keeps something back is among them.</param>
/// <param name="clock">Measures silences.</param>
/// <param name="logger">Says when something has to wait.</param>
public sealed class AlertReleaser(AlertService alerts, AlertReleases releases, OpenAlerts open, TimeProvider clock, ILogger<AlertReleaser> logger)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    /// <summary>Takes a message. What stumbles over storage is asked again later rather than thrown, so that nothing ends in a poison queue.</summary>
    public async Task RunAsync(string message, CancellationToken cancel)
    {
        var asked = JsonSerializer.Deserialize(message, AlertStoredJson.Default.ReleaseMessage)!;
        using var work = MonitoringTracing.Source.Process(StorageNames.AlertReleaseQueue, asked.TraceParent);
        try
        {
            await ReleaseAsync(asked, cancel);
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException)
        {
            logger.ReleaseWaits(failure);
            await releases.RequestAsync(asked, Again, cancel);
        }
    }

    private async Task ReleaseAsync(ReleaseMessage asked, CancellationToken cancel)
    {
        if (asked is { Model: { } model, Alert: { } alert }) await ReleaseAsync(ModelName.Parse(model), alert, cancel);
        else await ReleaseAllAsync(cancel);
    }

    private async Task ReleaseAllAsync(CancellationToken cancel)
    {
        await foreach (var alert in open.ListAsync(null, null, cancel))
            if (alert.Withheld is not null) await ReleaseAsync(ModelName.Parse(alert.Model), alert.Id, cancel);
    }

    private async Task ReleaseAsync(ModelName model, Guid alert, CancellationToken cancel)
    {
        if (await alerts.ReleaseAsync(model, alert, cancel) is { } end) await releases.RequestAsync(model, alert, end - clock.GetUtcNow(), cancel);
    }
}
