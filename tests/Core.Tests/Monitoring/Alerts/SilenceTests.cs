using Serverless.Core.Monitoring;

namespace Serverless.Core.Tests.Monitoring.Alerts;

public sealed class SilenceTests
{
    private static readonly Silence Night = new("night", new("ir*", "*", "warning"), Findings.Start, Findings.Start.AddHours(8), "Migration.", "ada");

    [Theory]
    [InlineData("*", "*", "*", true)]
    [InlineData("iris", "drift", "warning", true)]
    [InlineData("i*s", "d*", "w*", true)]
    [InlineData("Iris", "*", "*", false)]
    [InlineData("iri", "*", "*", false)]
    [InlineData("*", "quality", "*", false)]
    [InlineData("*", "*", "critical", false)]
    public void Matcher_WithWildcards_FitsOrNot(string model, string monitor, string severity, bool fits) =>
        Assert.Equal(fits, new AlertMatcher(model, monitor, severity).Matches("iris", "drift", AlertSeverity.Warning));

    [Fact]
    public void Silence_BeginsAndEndsOnTime()
    {
        var alert = Firing().Track.Open!;
        Assert.False(Night.Covers(alert, Night.From.AddTicks(-1)));
        Assert.True(Night.Covers(alert, Night.From));
        Assert.True(Night.Covers(alert, Night.To.AddTicks(-1)));
        Assert.False(Night.Covers(alert, Night.To));
    }

    [Fact]
    public void Fired_InASilence_IsToldAtItsEnd()
    {
        var outcome = Silencing.Apply(Outcome(new(), Findings.Of(0, 'x')), [Night], Findings.Start.AddHours(1));
        Assert.Empty(outcome.Announcements);
        var alert = outcome.Track.Open!;
        Assert.Equal((AlertStatus.Firing, null), (alert.Status, alert.Told));
        Assert.Equal(Night.To, Silencing.End(alert, [Night], Findings.Start.AddHours(1)));
        Assert.Null(Silencing.Release(alert, [Night], Findings.Start.AddHours(7)));
        var (free, told) = Silencing.Release(alert, [Night], Night.To)!.Value;
        Assert.Equal(alert.History[^1], told!.Step);
        Assert.Equal(Night.To, free.Told);
        Assert.Null(Silencing.Release(free, [], Night.To));
    }

    [Fact]
    public void FiredAndResolved_InASilence_IsNeverTold()
    {
        var fired = Silencing.Apply(Outcome(new(), Findings.Of(0, 'x')), [Night], Findings.Start.AddHours(1));
        var resolved = Silencing.Apply(AlertMachine.Observe(fired.Track, new(), Findings.Of(1, '.'), Moment(2))!, [], Findings.Start.AddHours(2));
        Assert.Empty(resolved.Announcements);
        Assert.Null(resolved.Track.Alert!.Withheld);
    }

    [Fact]
    public void Resolved_InASilence_WhenTheFiringWasTold_IsToldAtItsEnd()
    {
        var fired = Silencing.Apply(Outcome(new(), Findings.Of(0, 'x')), [], Findings.Start);
        Assert.Single(fired.Announcements);
        var resolved = Silencing.Apply(AlertMachine.Observe(fired.Track, new(), Findings.Of(1, '.'), Moment(2))!, [Night], Findings.Start.AddHours(2));
        Assert.Empty(resolved.Announcements);
        Assert.Equal(AlertStatus.Resolved, Silencing.Release(resolved.Track.Alert!, [], Night.To)!.Value.Told!.Step.To);
    }

    [Fact]
    public void Acknowledged_InASilence_IsNotToldAnyMore()
    {
        var alert = Silencing.Apply(Outcome(new(), Findings.Of(0, 'x')), [Night], Findings.Start.AddHours(1)).Track.Open!;
        var acknowledged = AlertMachine.Acknowledge(alert, "ada", null, Moment(2))!.Value.Alert;
        var (free, told) = Silencing.Release(acknowledged, [], Night.To)!.Value;
        Assert.Null(told);
        Assert.Null(free.Withheld);
    }

    private static Machine Firing() => Findings.Feed(new(), Findings.Windows("x"));

    private static AlertOutcome Outcome(AlertPolicy policy, Finding finding) => AlertMachine.Observe(new("iris", "drift"), policy, finding, Moment(1))!;

    private static Moment Moment(int hour)
    {
        var ids = 0;
        return new(Findings.Start.AddHours(hour), () => new Guid(hour, (short)++ids, 0, new byte[8]));
    }
}
