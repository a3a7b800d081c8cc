using System.Globalization;
using Serverless.Hosting.Timers;

namespace Serverless.Hosting.Tests.Timers;

public sealed class TimerScheduleTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("*/5 * * * *", "2026-06-01T10:02:30+00:00", "2026-06-01T10:05:00+00:00")]
    [InlineData("0 */5 * * * *", "2026-06-01T10:05:00+00:00", "2026-06-01T10:10:00+00:00")]
    [InlineData("30 0 9 * * 1-5", "2026-06-05T10:00:00+00:00", "2026-06-08T09:00:30+00:00")]
    [InlineData("00:10:00", "2026-06-01T10:02:30+00:00", "2026-06-01T10:12:30+00:00")]
    public void Next_InUtc_IsTheFirstTimeAfter(string schedule, string after, string next) =>
        Assert.Equal(Time(next), TimerSchedule.Parse(schedule, "f").Next(Time(after), TimeZoneInfo.Utc));

    [Theory]
    [InlineData("0 9 * * *", "2026-06-01T08:00:00+00:00", "2026-06-02T09:00:00+02:00")]
    [InlineData("30 2 * * *", "2026-03-29T00:00:00+00:00", "2026-03-29T02:30:00+01:00")]
    [InlineData("30 2 * * *", "2026-10-25T00:00:00+00:00", "2026-10-25T02:30:00+01:00")]
    [InlineData("30 2 * * *", "2026-10-25T01:30:00+00:00", "2026-10-26T02:30:00+01:00")]
    public void Next_InLocalTime_FollowsTheClockOnTheWall(string schedule, string after, string next) =>
        Assert.Equal(Time(next), TimerSchedule.Parse(schedule, "f").Next(Time(after), Berlin));

    [Theory]
    [InlineData("* * * * *", true)]
    [InlineData("0 0 * * * *", true)]
    [InlineData("*/30 * * * * *", false)]
    [InlineData("0,1 0 * * * *", false)]
    [InlineData("00:01:00", true)]
    [InlineData("00:00:59", false)]
    public void State_IsKept_WhenTicksAreAMinuteApartOrMore(string schedule, bool kept) =>
        Assert.Equal(kept, TimerSchedule.Parse(schedule, "f").IsMonitorable(Time("2026-06-01T10:02:30+00:00")));

    [Theory]
    [InlineData("every day")]
    [InlineData("* * * *")]
    [InlineData("61 * * * *")]
    [InlineData("-00:01:00")]
    public void Parse_OfNoSchedule_NamesTheFunctionAndTheText(string schedule)
    {
        var problem = Assert.Throws<InvalidOperationException>(() => TimerSchedule.Parse(schedule, "Nightly"));

        Assert.Contains($"Nightly: the schedule '{schedule}'", problem.Message, StringComparison.Ordinal);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
