using Serverless.Core.Monitoring;
using Serverless.Core.Registry;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>How the service did in one window.</summary>
public sealed class OperationsScans(WindowReader reader, UsualRows usual)
{
    internal async Task<ScanResult> RunAsync(ModelName model, string name, MonitorPolicy monitor, TimeWindow window, CancellationToken cancel)
    {
        var flaws = new List<string>();
        var now = await reader.OperationsAsync(model, window, flaws, cancel);
        var time = WindowPlan.Reference(monitor, monitor.Reference.Kind is ReferenceKind.Baseline ? ReferenceKind.Trailing : monitor.Reference.Kind, window)!.Value;
        var before = await reader.OperationsAsync(model, time, flaws, cancel);
        var outcome = OperationsScan.Run(now, before.Requests == 0 ? null : before, await usual.FindAsync(model, name, window, cancel), monitor);
        return new(outcome, window, now.Requests, now.Requests)
        {
            Reference = References.Words(monitor.Reference.Kind, time),
            ReferenceRows = before.Requests,
            Flaws = flaws,
        };
    }
}
