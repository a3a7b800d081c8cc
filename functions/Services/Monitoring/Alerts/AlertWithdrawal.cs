using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Registry;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>Ends the open alerts of monitors that nobody runs any more: nothing else would. It costs what is open.</summary>
/// <param name="open">The open alerts.</param>
/// <param name="models">What is watched.</param>
/// <param name="alerts">Ends them.</param>
public sealed class AlertWithdrawal(OpenAlerts open, ModelSnapshots models, AlertService alerts)
{
    /// <summary>Looks at every open alert once.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        await foreach (var alert in open.ListAsync(null, null, cancel))
        {
            var model = ModelName.Parse(alert.Model);
            if (!alert.Open || await WhyAsync(model, alert.Monitor, cancel) is null) continue;
            // A snapshot may be as old as its last reader: that another instance has just started the monitor, it need not know.
            models.Invalidate(model);
            if (await WhyAsync(model, alert.Monitor, cancel) is { } why) await alerts.WithdrawAsync(model, alert.Monitor, why, cancel);
        }
    }

    // No model goes away; one that is not known is not ours to judge.
    private async Task<string?> WhyAsync(ModelName model, string monitor, CancellationToken cancel) => await models.GetAsync(model, cancel) switch
    {
        null => null,
        // Over when the messages are gone, whatever becomes of the model.
        _ when monitor == QueueMonitor.Name => null,
        { Archived: true } => "The model is archived.",
        var known when !known.Policy.Monitoring.InForce.TryGetValue(monitor, out var policy) => "The policy no longer has this monitor.",
        { Policy.Logging.Mode: LoggingMode.Off } known when known.Policy.Monitoring.InForce[monitor].Slo is null => "The policy no longer logs predictions.",
        _ => null,
    };
}
