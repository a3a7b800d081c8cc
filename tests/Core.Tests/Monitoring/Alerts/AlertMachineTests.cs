using Serverless.Core.Monitoring;
using Serverless.Core.Problems;

namespace Serverless.Core.Tests.Monitoring.Alerts;

public sealed class AlertMachineTests
{
    private static readonly AlertPolicy TwoOfThree = new() { Breaches = 2, Windows = 3, ResolveAfter = 2, Severity = AlertSeverity.Critical };

    // Worked by hand: P pending, F firing, . nothing or resolved, after each window.
    [Theory]
    [InlineData(1, 1, 1, "x.x..", "F.F..")]
    [InlineData(2, 3, 1, "x..x.x.", "PPPPPF.")]
    [InlineData(2, 3, 1, "x..", "PPP")]
    [InlineData(2, 3, 1, "x...", "PPP.")]
    [InlineData(2, 3, 2, "xx.x..", "PFFFF.")]
    [InlineData(3, 3, 1, "xx.xxx.", "PPPPPF.")]
    [InlineData(2, 2, 1, "x-?x.", "PPPF.")]
    [InlineData(1, 1, 1, "x---.", "FFFF.")]
    [InlineData(1, 1, 1, "x!!.", "FFF.")]
    [InlineData(2, 2, 1, "!!.", "PF.")]
    [InlineData(1, 1, 2, "!..", "FF.")]
    [InlineData(2, 3, 1, "xx.x.", "PF.PP")]
    [InlineData(1, 1, 1, "------", "......")]
    public void Windows_InTheirOrder_ComeTo(int breaches, int windows, int resolve, string verdicts, string states)
    {
        var machine = new Machine(new() { Breaches = breaches, Windows = windows, ResolveAfter = resolve });
        var seen = string.Concat(Findings.Windows(verdicts).Select(finding =>
        {
            machine.Observe(finding);
            return machine.Track.Open?.Status switch { AlertStatus.Pending => 'P', AlertStatus.Firing => 'F', _ => '.' };
        }));
        Assert.Equal(states, seen);
    }

    [Fact]
    public void Firing_TellsWhatChangedMostSinceWhenAndHowUrgent()
    {
        var alert = Findings.Feed(TwoOfThree, Findings.Windows("..x.x")).Track.Open!;
        Assert.Equal((AlertStatus.Firing, AlertSeverity.Critical, AlertCause.Breach), (alert.Status, alert.Severity, alert.Cause));
        Assert.Equal(Findings.Start.AddHours(2), alert.Since);
        Assert.Equal(Findings.Of(4, 'x').Id, alert.Finding);
        Assert.Equal(("age", 0.4, 0.001), (alert.Top[0].Subject, alert.Top[0].Effect, alert.Top[0].PValue));
        Assert.Equal("2 of the last 3 windows are in breach.", alert.History[^1].Reason);
        Assert.Equal([AlertStatus.Pending, AlertStatus.Firing], alert.History.Select(step => step.To));
    }

    [Fact]
    public void ThePending_IsNeverAnnounced()
    {
        var machine = Findings.Feed(TwoOfThree, Findings.Windows("x......"));
        Assert.Empty(machine.Told);
        Assert.Equal([AlertStatus.Pending, AlertStatus.Resolved], machine.Steps.Select(step => step.Step.To));
    }

    [Fact]
    public void OneOpenAlert_HoweverManyBreaches()
    {
        var machine = Findings.Feed(new(), Findings.Windows("xxxxxxxxxx"));
        Assert.Equal("F", machine.Story);
        Assert.Single(machine.Steps.Select(step => step.Alert).Distinct());
    }

    [Fact]
    public void LateBreach_MovesTheBeginning_WithoutAWord()
    {
        var machine = Findings.Feed(new(), [Findings.Of(5, 'x'), Findings.Of(4, 'x')]);
        Assert.Equal("F", machine.Story);
        Assert.Equal(Findings.Start.AddHours(4), machine.Track.Open!.Since);
    }

    [Fact]
    public void LateBreach_ThatIsOverAlready_FiresNothing() =>
        Assert.Empty(Findings.Feed(new(), [Findings.Of(5, '.'), Findings.Of(4, 'x')]).Told);

    [Fact]
    public void Rescan_ThatFindsNothing_TakesTheAlertBack()
    {
        var machine = Findings.Feed(new(), [Findings.Of(5, 'x'), Findings.Of(5, '.', revision: 2)]);
        Assert.Equal("FR", machine.Story);
        Assert.Contains("scanned again", machine.Told[1].Step.Reason, StringComparison.Ordinal);
        Assert.Null(machine.Observe(Findings.Of(5, 'x')));
    }

    [Fact]
    public void Rescan_ThatFindsMore_Fires() =>
        Assert.Equal("F", Findings.Feed(TwoOfThree, [.. Findings.Windows("x.."), Findings.Of(1, 'x', revision: 2)]).Story);

    [Fact]
    public void Rescan_ThatLeavesTooFewBreaches_ResolvesAndIsPendingAgain()
    {
        var machine = Findings.Feed(TwoOfThree, [.. Findings.Windows("xx"), Findings.Of(1, '.', revision: 2)]);
        Assert.Equal("FR", machine.Story);
        Assert.Equal(AlertStatus.Pending, machine.Track.Open!.Status);
        Assert.Equal(2, machine.Steps.Select(step => step.Alert).Distinct().Count());
    }

    [Fact]
    public void FailedScans_AlertAsFailing_AndABreachAfterThemIsAnotherAlert()
    {
        var machine = Findings.Feed(new() { Breaches = 2, Windows = 2 }, Findings.Windows("!!"));
        Assert.Equal((AlertCause.Failing, "2 of the last 2 windows failed."), (machine.Track.Open!.Cause, machine.Track.Open.History[^1].Reason));
        foreach (var finding in Findings.Windows("!!xx").Skip(2)) machine.Observe(finding);
        Assert.Equal("FRF", machine.Story);
        Assert.Equal(AlertCause.Breach, machine.Track.Open!.Cause);
    }

    [Fact]
    public void Flapping_AfterTheThirdFiring_IsAnnouncedOnceAndHeldUntilSixQuietWindows()
    {
        //                                  F.F.F held ....................R
        var machine = Findings.Feed(new(), Findings.Windows("x.x.x.x.x.x.x....."));
        Assert.Equal("FRFRF", machine.Story);
        Assert.True(machine.Track.Open!.Flapping);
        machine.Observe(Findings.Of(18, '.'));
        Assert.Equal("FRFRFR", machine.Story);
    }

    [Fact]
    public void Flapping_IsForgottenAfterItsWindows()
    {
        var machine = Findings.Feed(new(), Findings.Windows("x.x." + new string('.', 24) + "x.x."));
        Assert.Equal("FRFRFRFR", machine.Story);
    }

    [Theory]
    [InlineData(1, "x", AlertStatus.Firing, 1)]
    [InlineData(2, "x", AlertStatus.Pending, 0)]
    public void Withdrawn_IsOver_AndToldWhereAnyoneHeardOfIt(int breaches, string windows, AlertStatus status, int told)
    {
        var machine = Findings.Feed(new() { Breaches = breaches, Windows = 3 }, Findings.Windows(windows));
        Assert.Equal(status, machine.Track.Open!.Status);
        var outcome = AlertMachine.Withdraw(machine.Track, "Gone.", machine.Moment)!;
        Assert.Equal((AlertStatus.Resolved, told), (Assert.Single(outcome.Alerts).Status, outcome.Announcements.Count));
        Assert.Null(AlertMachine.Withdraw(outcome.Track, "Gone.", machine.Moment));
    }

    [Fact]
    public void Acknowledged_HearsNoRemindersAndResolvesByItself()
    {
        var machine = Findings.Feed(new(), Findings.Windows("x"));
        machine.Observe(Findings.Of(25, 'x'));
        Assert.Equal("Fr", machine.Story);
        var (alert, told) = AlertMachine.Acknowledge(machine.Track.Open!, "ada", "Looking.", machine.Moment)!.Value;
        machine.Track = machine.Track with { Alert = alert };
        Assert.Equal(("ada", "Looking.", AlertStatus.Acknowledged), (told.Step.Actor, told.Step.Reason, told.Step.To));
        Assert.Null(AlertMachine.Acknowledge(alert, "bob", null, machine.Moment));
        foreach (var hour in (int[])[60, 90, 120]) machine.Observe(Findings.Of(hour, 'x'));
        Assert.Equal("Fr", machine.Story);
        machine.Observe(Findings.Of(121, '.'));
        Assert.Equal("FrR", machine.Story);
        var problem = Assert.Throws<ProblemException>(() => AlertMachine.Acknowledge(machine.Track.Alert!, "ada", null, machine.Moment));
        Assert.Equal(ProblemKind.Conflict, problem.Kind);
    }

    [Fact]
    public void SwitchedOff_ResolvesAndFiresNoMore()
    {
        var machine = Findings.Feed(new(), Findings.Windows("x"));
        machine.Policy = new() { Enabled = false };
        machine.Observe(Findings.Of(1, 'x'));
        machine.Observe(Findings.Of(2, 'x'));
        Assert.Equal("FR", machine.Story);
    }

    [Fact]
    public void OldWindows_AreFoldedIn_AndTheBeginningIsNotForgotten()
    {
        var machine = Findings.Feed(TwoOfThree, Findings.Windows("." + new string('x', 300)));
        Assert.Equal(Findings.Start.AddHours(1), machine.Track.Open!.Since);
        Assert.Equal(AlertTrack.Kept, machine.Track.Windows.Count);
        Assert.Null(machine.Observe(Findings.Of(100, '.', revision: 2)));
        Assert.Equal("F" + new string('r', 12), machine.Story);
    }
}
