using System.Text.Json;
using Azure;
using Microsoft.Extensions.Logging;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Events;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Monitoring.Baselines;
using Serverless.Services.Monitoring.Findings;
using Serverless.Services.Monitoring.ServiceLevels;
using Serverless.Services.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>Scans one window: reads, judges, keeps the finding. Again it looks whether the window has other rows by now, and if so the new finding supersedes the old.</summary>
public sealed class ScanRunner(
    ModelSnapshots models, WindowReader reader, DriftScans drift, QualityScans quality, OperationsScans operations, SloScans slos,
    BaselineService baselines, FindingStore findings, FindingsTable table, ScanDemand demand, AlertService alerts, ScanMeters meters, TimeProvider clock, ILogger<ScanRunner> logger)
{
    private static readonly TimeSpan QuietFor = TimeSpan.FromHours(1);
    private const int MostLooks = 64;

    /// <summary>Does what a message asks for.</summary>
    public async Task RunAsync(string message, CancellationToken cancel)
    {
        var request = JsonSerializer.Deserialize(message, ScanJson.Default.ScanRequest)!;
        using var work = MonitoringTracing.Source.Process(StorageNames.ScanQueue, request.TraceParent);
        if (request is not { Monitor: { } monitor, To: { } end })
        {
            await demand.ExpandAsync(request, cancel);
            return;
        }
        var verdict = await ScanAsync(ModelName.Parse(request.Model), monitor, end, request.Scan is not null, cancel);
        if (request.Scan is { } scan) await table.PutDoneAsync(ModelName.Parse(request.Model), scan, monitor, end, verdict?.ToString() ?? "Skipped", cancel);
    }

    /// <summary>Keeps that a window's scan failed for good; what is there already stays.</summary>
    public async Task FailAsync(string message, CancellationToken cancel)
    {
        if (JsonSerializer.Deserialize(message, ScanJson.Default.ScanRequest) is not { Monitor: { } monitor, To: { } end } request) return;
        using var work = MonitoringTracing.Source.Process(StorageNames.FailedScanQueue, request.TraceParent);
        var model = ModelName.Parse(request.Model);
        if (await models.GetAsync(model, cancel) is not { } snapshot || !snapshot.Policy.Monitoring.InForce.TryGetValue(monitor, out var policy)) return;
        if (await findings.FindAsync(model, monitor, end, cancel) is null)
        {
            var failed = Failed(snapshot, monitor, policy, end, "The scan was tried again and again without an end; the log of the host says why.");
            meters.Scanned(failed, null);
            await KeepAsync(failed, 0, null, policy, cancel);
        }
        if (request.Scan is { } scan) await table.PutDoneAsync(model, scan, monitor, end, nameof(FindingVerdict.Failed), cancel);
    }

    private async Task<FindingVerdict?> ScanAsync(ModelName model, string monitor, DateTimeOffset end, bool demanded, CancellationToken cancel)
    {
        // A model or a monitor that is gone meanwhile has nobody to tell.
        if (await models.GetAsync(model, cancel) is not { Archived: false } snapshot || !snapshot.Policy.Monitoring.InForce.TryGetValue(monitor, out var policy)) return null;
        using var span = MonitoringTracing.Scan(model, monitor, end);
        var there = await findings.FindAsync(model, monitor, end, cancel);
        if (there is { Row: { Verdict: not FindingVerdict.Failed } row } && await IsCurrentAsync(model, row, policy, cancel)) return await TellAsync(row, policy, cancel);
        var start = clock.GetTimestamp();
        var (finding, seen) = await JudgeAsync(snapshot, monitor, policy, end, cancel);
        meters.Scanned(finding, clock.GetElapsedTime(start));
        span.Found(finding);
        if (there is { Row: var old } && old.Seen == seen && old.Verdict == finding.Verdict) return await TellAsync(old, policy, cancel);
        if (there is null && !demanded && policy.Slo is not null && await IsQuietAsync(model, finding, cancel)) return finding.Verdict;
        await KeepAsync(finding with { Revision = (there?.Row.Revision ?? 0) + 1 }, seen, there?.ETag, policy, cancel);
        return finding.Verdict;
    }

    /// <summary>Objectives are looked at every minute. Without a breach for an hour one such look an hour is kept: to look is cheap, to keep is not.</summary>
    private async Task<bool> IsQuietAsync(ModelName model, Finding finding, CancellationToken cancel)
    {
        if (finding.Verdict is FindingVerdict.Breached or FindingVerdict.Failed) return false;
        var (rows, _) = await findings.ListAsync(model, finding.Monitor, finding.Window.To - QuietFor, finding.Window.To, null, MostLooks, cancel);
        return rows.Count > 0 && rows.All(row => row.Verdict == finding.Verdict);
    }

    /// <summary>A finding that is kept may not have been told: a crash may have come between.</summary>
    private async Task<FindingVerdict> TellAsync(FindingRow row, MonitorPolicy policy, CancellationToken cancel)
    {
        if (await findings.ReadAsync(row, cancel) is { } finding) await alerts.ObserveAsync(finding, policy.Alert, cancel);
        return row.Verdict;
    }

    /// <summary>Labels may come without any new row, so theirs are counted by scanning.</summary>
    private async Task<bool> IsCurrentAsync(ModelName model, FindingRow row, MonitorPolicy policy, CancellationToken cancel) => policy.Signal switch
    {
        Signal.LabelDrift => false,
        Signal.Operations when policy.Slo is not null => false,
        Signal.Operations => (await reader.OperationsAsync(model, row.Window, [], cancel)).All.Requests == row.Seen,
        _ => policy.Window.Rows is null && await reader.CountAsync(model, row.Window, cancel) == row.Seen,
    };

    private async Task<(Finding Finding, long Seen)> JudgeAsync(ModelSnapshot snapshot, string monitor, MonitorPolicy policy, DateTimeOffset end, CancellationToken cancel)
    {
        try
        {
            var result = await ResultAsync(snapshot, monitor, policy, end, cancel);
            var finding = new Finding(Guid.CreateVersion7(clock.GetUtcNow()), snapshot.Name.Value, monitor, policy.Signal!.Value, result.Window, clock.GetUtcNow(), result.Outcome.Verdict, result.Outcome.Summary, result.Rows)
            {
                Versions = result.Versions,
                PolicyVersion = snapshot.PolicyVersion,
                Reference = result.Reference,
                ReferenceRows = result.ReferenceRows,
                Checks = result.Outcome.Checks,
                Flaws = result.Flaws,
            };
            return (finding, result.Seen);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or RequestFailedException or IOException))
        {
            // Storage that is away is tried again by the queue; anything else would fail again.
            if (failure is ProblemException problem) logger.CannotScan(snapshot.Name, monitor, end, problem.Kind);
            else logger.ScanFailed(failure, snapshot.Name, monitor, end);
            return (Failed(snapshot, monitor, policy, end, $"The scan failed: {failure.Message}"), 0);
        }
    }

    private async Task<ScanResult> ResultAsync(ModelSnapshot snapshot, string monitor, MonitorPolicy policy, DateTimeOffset end, CancellationToken cancel)
    {
        var window = WindowPlan.Ending(policy, end);
        if (policy.Slo is { } slo) return await slos.RunAsync(snapshot.Name, slo, window, cancel);
        var baseline = snapshot.Champion is { } champion ? await baselines.FindAsync(snapshot.Name, champion, cancel) : null;
        var contract = Contract(snapshot.Policy.Monitoring, baseline);
        var query = new WindowQuery(snapshot.Name, window, policy.Signal!.Value)
        {
            Rows = policy.Window.Rows,
            Features = policy.Features,
            Segments = policy.Segments,
            Types = contract.Where(column => column.Value.Type is not null).ToDictionary(column => column.Key, column => column.Value.Type!.Value),
        };
        return policy.Signal switch
        {
            Signal.DataQuality => await quality.RunAsync(query, monitor, policy, contract, cancel),
            Signal.Operations => await operations.RunAsync(snapshot.Name, monitor, policy, window, cancel),
            _ => await drift.RunAsync(query, policy, cancel),
        };
    }

    /// <summary>The policy's contract, and where it asks nothing, the baseline's proposal.</summary>
    private static Dictionary<string, ColumnContract> Contract(MonitoringPolicy policy, Baseline? baseline) => policy.Contract.Keys.Union(baseline?.Contract.Keys ?? [])
        .ToDictionary(column => column, column => (policy.Contract.GetValueOrDefault(column) ?? new()).Over(baseline?.Contract.GetValueOrDefault(column) ?? new()), StringComparer.Ordinal);

    private Finding Failed(ModelSnapshot snapshot, string monitor, MonitorPolicy policy, DateTimeOffset end, string why) => new(
        Guid.CreateVersion7(clock.GetUtcNow()), snapshot.Name.Value, monitor, policy.Signal!.Value, WindowPlan.Ending(policy, end), clock.GetUtcNow(), FindingVerdict.Failed, why, 0)
    { PolicyVersion = snapshot.PolicyVersion };

    private async Task KeepAsync(Finding finding, long seen, ETag? there, MonitorPolicy policy, CancellationToken cancel)
    {
        // Whoever was first has scanned the same rows, or newer ones, and tells.
        if (!await findings.TryKeepAsync(finding, seen, there, cancel)) return;
        logger.Scanned(finding.Model, finding.Monitor, finding.Window.To, finding.Verdict, finding.Rows);
        await alerts.ObserveAsync(finding, policy.Alert, cancel);
    }
}
