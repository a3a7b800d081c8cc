using System.Diagnostics;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;

namespace Serverless.Services.Monitoring;

/// <summary>The room's spans.</summary>
public static class MonitoringTracing
{
    /// <summary>The source's name.</summary>
    public const string Name = "Serverless.Monitoring";

    internal static ActivitySource Source { get; } = new(Name);

    /// <summary>Begins to scan a window.</summary>
    internal static Activity? Scan(ModelName model, string monitor, DateTimeOffset end)
    {
        var span = Source.StartActivity("scan window");
        if (span is not { IsAllDataRequested: true }) return span;
        return span.SetTag("mlops.model.name", model.Value).SetTag("mlops.monitor.name", monitor).SetTag("mlops.window.end", end.ToString("O"));
    }

    /// <summary>Notes what a scan has found.</summary>
    internal static void Found(this Activity? span, Finding finding) => span?
        .SetTag("mlops.finding.id", finding.Id.ToString("D")).SetTag("mlops.finding.verdict", finding.Verdict.ToString()).SetTag("mlops.rows", finding.Rows);

    /// <summary>Begins to move alerts, when there is something to tell.</summary>
    internal static Activity? Move(AlertOutcome outcome)
    {
        if (outcome.Announcements.Count == 0 || Source.StartActivity("move alert") is not { } span) return null;
        var (alert, step) = outcome.Announcements[0];
        return span.SetTag("mlops.alert.id", alert.ToString("D")).SetTag("mlops.alert.from", step.From?.ToString()).SetTag("mlops.alert.to", step.To.ToString());
    }

    /// <summary>Begins a delivery to a webhook, in the trace of what it tells.</summary>
    internal static Activity? Deliver(string webhook, string? traceParent)
    {
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent);
        return Source.StartActivity("deliver webhook", ActivityKind.Producer, parent)?.SetTag("mlops.webhook.id", webhook);
    }
}
