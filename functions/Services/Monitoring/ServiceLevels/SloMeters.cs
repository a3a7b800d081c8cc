using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Monitoring.ServiceLevels;

/// <summary>How fast error budgets are used, as this instance found it last.</summary>
internal sealed class SloMeters : IMeters
{
    public SloMeters(IMeterFactory meters, SloBurnRates rates, IOptions<TelemetryOptions> options)
    {
        var maximum = options.Value.MaxSeries;
        meters.Create(MonitoringMeter.Name).CreateObservableGauge("mlops.slo.burn_rate", () => rates.Snapshot().Take(maximum).Select(rate => new Measurement<double>(
            rate.Rate, new KeyValuePair<string, object?>("model", rate.Model.Value), new("slo", rate.Slo), new("window", rate.Window))), description: "How many times as fast as it lasts an error budget is used.");
    }
}
