using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Inference.ServiceLevels;
using Serverless.Services.Monitoring.Scans;

namespace Serverless.Services.Monitoring.ServiceLevels;

/// <summary>How fast a model uses up an error budget.</summary>
/// <param name="history">How requests went.</param>
/// <param name="rates">Told of what was found.</param>
public sealed class SloScans(RequestHistory history, SloBurnRates rates)
{
    internal async Task<ScanResult> RunAsync(ModelName model, SloMonitor monitor, TimeWindow window, CancellationToken cancel)
    {
        var length = monitor.Burn.Rules.Max(rule => rule.Long);
        if (monitor.Budget && monitor.Slo.Window > length) length = monitor.Slo.Window;
        var minutes = await history.ReadAsync(model, window.To - length, window.To, cancel);
        LevelCounts Counts(TimeSpan back) => minutes.Count(monitor.Slo, window.To - back, window.To);
        foreach (var back in monitor.Burn.Rules.SelectMany(rule => (TimeSpan[])[rule.Long, rule.Short]).Distinct())
            rates.Tell(model, monitor.Name, back, window.To, Counts(back).Burn(monitor.Slo));
        var rows = Counts(window.Length).Requests;
        return new(BurnScan.Run(monitor, Counts), window, rows, Counts(length).Requests) { Versions = minutes.Versions };
    }
}
