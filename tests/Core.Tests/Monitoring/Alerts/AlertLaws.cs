using System.Text.Json;
using FsCheck.Xunit;
using Serverless.Core.Monitoring;

namespace Serverless.Core.Tests.Monitoring.Alerts;

public sealed class AlertLaws
{
    [Property(MaxTest = 400)]
    public void Findings_InAnyOrderAndTwice_EndInTheSameState(int seed)
    {
        var random = new Random(seed);
        var (policy, findings) = (Policy(random), Some(random));
        var other = findings.Concat(findings.Where(_ => random.Next(3) == 0)).ToArray();
        random.Shuffle(other);
        Assert.Equal(Lasting(Findings.Feed(policy, findings)), Lasting(Findings.Feed(policy, other)));
    }

    [Property(MaxTest = 200)]
    public void Transitions_GoAlongAllowedEdges_AndEachIsToldOnce(int seed)
    {
        var random = new Random(seed);
        var findings = Some(random);
        random.Shuffle(findings);
        var machine = new Machine(Policy(random));
        foreach (var finding in findings)
        {
            machine.Observe(finding);
            if (random.Next(8) == 0 && machine.Track.Open is { Status: AlertStatus.Firing } firing)
                machine.Track = machine.Track with { Alert = AlertMachine.Acknowledge(firing, "ada", null, machine.Moment)!.Value.Alert };
            if (machine.Track.Alert is not { } alert) continue;
            Assert.Null(alert.History[0].From);
            Assert.All(alert.History, step => Assert.True(AlertTransition.Allows(step.From, step.To)));
            Assert.All(alert.History.Zip(alert.History.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
            Assert.Equal(alert.Status, alert.History[^1].To);
        }

        Assert.Distinct(machine.Told.Select(told => told.Step.Id));
        // Of what fired, all has been told; of what was only pending, nothing.
        foreach (var alert in machine.Steps.GroupBy(step => step.Alert))
            Assert.Equal(alert.Count(step => step.Step.To == AlertStatus.Firing), machine.Told.Count(told => told.Alert == alert.Key && told.Step.To == AlertStatus.Firing));
    }

    [Property(MaxTest = 100)]
    public void LongRuns_InOrder_ComeToWhatAllWindowsComeTo(int seed)
    {
        var random = new Random(seed);
        var policy = Policy(random);
        var verdicts = Enumerable.Range(0, 200).Select(_ => ".....xx!-"[random.Next(9)]).ToArray();
        var machine = Findings.Feed(policy, Findings.Windows(new(verdicts)));
        var trail = verdicts.Select((verdict, hour) => (verdict, hour)).Where(one => one.verdict is 'x' or '.')
            .Aggregate(RuleTrail.Start, (rule, one) => rule.Step(Findings.Start.AddHours(one.hour), one.verdict == 'x', policy, FlapRule.Default));
        var whole = trail.Course(policy, FlapRule.Default);
        if (whole.Status == AlertStatus.Firing) Assert.Equal((AlertCause.Breach, whole.Since), (machine.Track.Open!.Cause, (DateTimeOffset?)machine.Track.Open.Since));
    }

    private static AlertPolicy Policy(Random random)
    {
        var windows = random.Next(1, 6);
        return new() { Windows = windows, Breaches = random.Next(1, windows + 1), ResolveAfter = random.Next(1, 4) };
    }

    private static Finding[] Some(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, AlertTrack.Kept)).SelectMany(hour => Enumerable.Range(1, random.Next(1, 3)).Select(revision => Findings.Of(hour, "...xx!-?"[random.Next(8)], revision)))];

    // All but when things happened and what they were called.
    private static string Lasting(Machine machine)
    {
        var open = machine.Track.Open;
        return JsonSerializer.Serialize(new
        {
            machine.Track.Windows, machine.Track.Start,
            Open = open is null ? null : open with { Id = default, History = [], Told = null, Revision = 0 },
        });
    }
}
