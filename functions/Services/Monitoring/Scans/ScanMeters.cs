using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Serverless.Core.Monitoring;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>What this instance's scans came to.</summary>
public sealed class ScanMeters
{
    /// <summary>How many of a monitor's checks have a score of their own: breaches first.</summary>
    internal const int MostScores = 20;

    private const int MostMonitors = 100;

    // Twenty scores of each are as many as four for each of what metrics tell apart.
    private const int MonitorsShare = 5;

    private readonly BoundedNames monitors = new(MostMonitors);
    private readonly ConcurrentDictionary<(string Model, string Monitor), Latest> latest = new();
    private readonly int maximum;
    private readonly Counter<long> scans;
    private readonly Histogram<double> durations;

    /// <summary>Makes the instruments.</summary>
    public ScanMeters(IMeterFactory meters, IOptions<TelemetryOptions> options)
    {
        maximum = Math.Max(1, options.Value.MaxSeries / MonitorsShare);
        var meter = meters.Create(MonitoringMeter.Name);
        scans = meter.CreateCounter<long>("mlops.scans", description: "Windows that this instance scanned, by monitor and verdict.");
        durations = meter.CreateHistogram("mlops.scan.duration", "s", "How long a window's scan took.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300] });
        meter.CreateObservableGauge("mlops.scan.score", () => latest.Values.SelectMany(one => one.Scores), description: "What the newest window's checks measured, the first 20 of each monitor, breaches first.");
        meter.CreateObservableGauge("mlops.scan.breaches", () => latest.Values.Select(one => one.Breaches), description: "How many checks of the newest window were in breach.");
        meter.CreateObservableGauge("mlops.scan.last_success.timestamp", () => latest.Values.Where(one => one.Succeeded is not null).Select(one => one.Succeeded!.Value), "s", "When a monitor was last scanned without failing.");
    }

    /// <summary>A window was scanned.</summary>
    /// <param name="finding">What it came to.</param>
    /// <param name="took">How long it took; null where nothing was read.</param>
    public void Scanned(Finding finding, TimeSpan? took)
    {
        var monitor = new KeyValuePair<string, object?>("monitor", monitors.Of(finding.Monitor));
        scans.Add(1, monitor, new("verdict", JsonName(finding.Verdict)));
        if (took is { } time) durations.Record(time.TotalSeconds, monitor);
        var key = (finding.Model, finding.Monitor);
        if (latest.Count >= maximum && !latest.ContainsKey(key)) return;
        latest.AddOrUpdate(key, _ => Latest.Of(finding, null), (_, before) => Latest.Of(finding, before));
    }

    private static string JsonName(FindingVerdict verdict) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(verdict.ToString());

    private sealed record Latest(DateTimeOffset To, IReadOnlyList<Measurement<double>> Scores, Measurement<long> Breaches, Measurement<double>? Succeeded)
    {
        // Windows may be scanned in any order: the newest one is shown, and the time of the last scan of any.
        public static Latest Of(Finding finding, Latest? before)
        {
            var (model, monitor) = (new KeyValuePair<string, object?>("model", finding.Model), new KeyValuePair<string, object?>("monitor", finding.Monitor));
            var succeeded = finding.Verdict == FindingVerdict.Failed ? before?.Succeeded : new(finding.Scanned.ToUnixTimeMilliseconds() / 1000.0, model, monitor);
            if (before is not null && before.To > finding.Window.To) return before with { Succeeded = succeeded };
            var version = new KeyValuePair<string, object?>("version", finding.Versions.Count > 0 ? finding.Versions[^1].ToString(CultureInfo.InvariantCulture) : "");
            return new(finding.Window.To, [.. Scored(finding).Select(check => new Measurement<double>(check.Value!.Value, model, version, monitor, new("subject", check.Subject), new("check", check.Check)))],
                new(finding.Checks.Count(check => check.Verdict == FindingVerdict.Breached), model, monitor), succeeded);
        }

        private static IEnumerable<FindingCheck> Scored(Finding finding) =>
            finding.Checks.Where(check => check.Value is { } value && double.IsFinite(value) && check.Segment is null).DistinctBy(check => (check.Subject, check.Check)).Take(MostScores);
    }
}
