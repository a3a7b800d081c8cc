using Serverless.Core.Monitoring;
using Serverless.Core.Registry;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>How the service did in one window.</summary>
public sealed class OperationsScans(WindowReader reader, UsualRows usual)
{
    private const int MostVersions = 8;

    internal async Task<ScanResult> RunAsync(ModelName model, string name, MonitorPolicy monitor, TimeWindow window, CancellationToken cancel)
    {
        var flaws = new List<string>();
        var (now, versions) = await reader.OperationsAsync(model, window, flaws, cancel);
        (int Version, OperationsFigures Now)[] parts = [.. versions.Where(version => version.Value.Requests >= monitor.MinimumRows).Select(version => (version.Key, version.Value)).OrderByDescending(part => part.Value.Requests).Take(MostVersions)];
        var time = WindowPlan.Reference(monitor, monitor.Reference.Kind is ReferenceKind.Baseline ? ReferenceKind.Trailing : monitor.Reference.Kind, window)!.Value;
        var (before, _) = await reader.OperationsAsync(model, time, flaws, cancel);
        var outcome = OperationsScan.Run(now, parts.Length < 2 ? [] : [.. parts.Select(part => (WindowRows.Part(part.Version), part.Now))], before.Requests == 0 ? null : before, await usual.FindAsync(model, name, window, cancel), monitor);
        return new(outcome, window, now.Requests, now.Requests)
        {
            Versions = [.. versions.Keys.Order()],
            Reference = References.Words(monitor.Reference.Kind, time),
            ReferenceRows = before.Requests,
            Flaws = flaws,
        };
    }
}
