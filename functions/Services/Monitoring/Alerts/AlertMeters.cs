using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Monitoring;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>Which alerts are open, of all models, as storage had it a moment ago.</summary>
internal sealed class AlertMeters : IMeters
{
    private static readonly (AlertStatus Status, string Name)[] States =
        [(AlertStatus.Pending, "pending"), (AlertStatus.Firing, "firing"), (AlertStatus.Acknowledged, "acknowledged")];

    public AlertMeters(IMeterFactory meters, OpenAlerts open, IOptions<TelemetryOptions> options, TimeProvider clock, ILogger<AlertMeters> logger)
    {
        var maximum = options.Value.MaxSeries;
        var view = new BackgroundView<IReadOnlyList<Measurement<long>>>(async cancel => Count(await open.ListAsync(null, null, cancel).ToListAsync(cancel), maximum), options, clock, logger);
        meters.Create(MonitoringMeter.Name).CreateObservableGauge("mlops.alerts", () => view.Current ?? [], description: "Open alerts; as they were read from storage last.");
    }

    // Every state of an alert that is open has a series, so that one that moves on is nought where it was.
    private static IReadOnlyList<Measurement<long>> Count(IReadOnlyList<AlertState> alerts, int maximum) =>
    [
        .. from kept in alerts.Where(alert => alert.Open).GroupBy(alert => (alert.Model, alert.Monitor, alert.Severity)).Take(maximum)
           from state in States
           select new Measurement<long>(kept.Count(alert => alert.Status == state.Status),
               new("model", kept.Key.Model), new("monitor", kept.Key.Monitor), new("severity", kept.Key.Severity.ToString().ToLowerInvariant()), new("state", state.Name)),
    ];
}
