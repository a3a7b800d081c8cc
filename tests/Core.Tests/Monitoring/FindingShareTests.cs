using Serverless.Core.Monitoring;

namespace Serverless.Core.Tests.Monitoring;

/// <summary>How much of what a monitor looks at is in breach.</summary>
public sealed class FindingShareTests
{
    private static readonly DateTimeOffset Time = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Drift_IsOfTheColumnsThatCouldBeCompared() => Assert.Equal(0.5, FindingShare.Of(Found(Signal.FeatureDrift,
        Drift("a", FindingVerdict.Breached), Drift("b", FindingVerdict.Ok), Drift("c", FindingVerdict.NotComparable), Drift("d", FindingVerdict.NotEnoughData),
        Drift("b", FindingVerdict.Breached) with { Segment = "country=DE" })));

    [Fact]
    public void Drift_OfNothingThatCouldBeCompared_IsUnknown() => Assert.Null(FindingShare.Of(Found(Signal.FeatureDrift, Drift("a", FindingVerdict.NotEnoughData))));

    [Fact]
    public void Quality_IsTheLargestShareOfRows() => Assert.Equal(0.2, FindingShare.Of(Found(Signal.DataQuality,
        Rows("a", "missing", 0.1), Rows("b", "range", 0.2), Rows("c", "range", 0.9) with { Verdict = FindingVerdict.Ok }, new("rows", "volume", null, FindingVerdict.Breached, "") { Value = 0.7 })));

    [Fact]
    public void Quality_OfAColumnThatIsGone_IsAllRows() => Assert.Equal(1, FindingShare.Of(Found(Signal.DataQuality, new FindingCheck("a", "schema", null, FindingVerdict.Breached, "") { Value = 0 })));

    [Fact]
    public void Operations_HasNone() => Assert.Null(FindingShare.Of(Found(Signal.Operations, Rows("errors", "rate", 0.5))));

    private static Finding Found(Signal signal, params FindingCheck[] checks) => new(Guid.Empty, "m", "monitor", signal, new(Time, Time.AddHours(1)), Time, FindingVerdict.Breached, "", 100) { Checks = checks };

    private static FindingCheck Drift(string column, FindingVerdict verdict) => new(column, "drift", null, verdict, "");

    private static FindingCheck Rows(string column, string check, double share) => new(column, check, null, FindingVerdict.Breached, "") { Value = share, CurrentSize = 100 };
}
