using Serverless.Core.Monitoring;

namespace Serverless.Core.Tests.Monitoring.Alerts;

/// <summary>Findings of hourly windows, and a machine that is fed with them.</summary>
internal static class Findings
{
    public static readonly DateTimeOffset Start = new(2025, 3, 4, 0, 0, 0, TimeSpan.Zero);

    public static Finding Of(int hour, char verdict, int revision = 1, string monitor = "drift", Guid? id = null) => new(
        id ?? new Guid(hour, (short)revision, 0, new byte[8]), "iris", monitor, Signal.FeatureDrift, new(Start.AddHours(hour), Start.AddHours(hour + 1)), Start.AddHours(hour + 1),
        verdict switch
        {
            'x' => FindingVerdict.Breached, '.' => FindingVerdict.Ok, '-' => FindingVerdict.NotEnoughData, '?' => FindingVerdict.NotComparable, _ => FindingVerdict.Failed,
        }, $"hour {hour}: {verdict}", 1000)
    {
        Revision = revision,
        Checks = verdict == 'x' ? [new("age", "drift", null, FindingVerdict.Breached, "age moved") { Effect = 0.4, RelevantEffect = 0.1, AdjustedPValue = 0.001 }] : [],
    };

    /// <summary>One letter a window: x breach, . fine, - too few rows, ? not comparable, ! failed.</summary>
    public static IEnumerable<Finding> Windows(string verdicts) => verdicts.Select((verdict, hour) => Of(hour, verdict));

    public static Machine Feed(AlertPolicy policy, IEnumerable<Finding> findings)
    {
        var machine = new Machine(policy);
        foreach (var finding in findings) machine.Observe(finding);
        return machine;
    }
}

internal sealed class Machine(AlertPolicy policy)
{
    private int ids;

    public AlertTrack Track { get; set; } = new("iris", "drift");

    public AlertPolicy Policy { get; set; } = policy;

    public List<(Guid Alert, AlertTransition Step)> Steps { get; } = [];

    public List<Announcement> Told { get; } = [];

    public DateTimeOffset Now { get; set; } = Findings.Start;

    public Moment Moment => new(Now, () => new Guid(++ids, 1, 1, new byte[8]));

    public AlertOutcome? Observe(Finding finding)
    {
        Now = Now > finding.Scanned ? Now : finding.Scanned;
        var outcome = AlertMachine.Observe(Track, Policy, finding, Moment);
        if (outcome is null) return null;
        Track = outcome.Track;
        Told.AddRange(outcome.Announcements);
        foreach (var alert in outcome.Alerts)
            foreach (var step in alert.History.Where(step => !Steps.Contains((alert.Id, step)))) Steps.Add((alert.Id, step));
        return outcome;
    }

    /// <summary>One letter for what each announcement was: F fires, R resolved, A acknowledged, r reminder.</summary>
    public string Story => string.Concat(Told.Select(told => told.Step switch
    {
        { From: AlertStatus.Firing, To: AlertStatus.Firing } => 'r',
        { To: AlertStatus.Firing } => 'F',
        { To: AlertStatus.Resolved } => 'R',
        _ => 'A',
    }));
}
