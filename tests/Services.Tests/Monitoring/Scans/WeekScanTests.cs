using Serverless.Core.Monitoring;

namespace Serverless.Services.Tests.Monitoring;

/// <summary>Demand for electricity in New South Wales day by day from Tuesday, 7 May 1996 (elec2): a week has its rhythm, and the reference decides whether it is news.</summary>
public sealed class WeekScanTests(Testing.AzuriteFixture azurite)
{
    private const int RowsADay = 48, Weeks = 10, HolidayMonday = 34;
    private static readonly DateTimeOffset Start = ScanRig.Utc("1996-05-07T00:00:00Z");

    private const string Policy = """
        {"monitoring":{"monitors":{
          "day-before":{"signal":"featureDrift","reference":{"kind":"previous"}},
          "week-before":{"signal":"featureDrift","reference":{"kind":"weekAgo"}}}}}
        """;

    [Fact]
    public async Task Weekends_AreNewsAgainstTheDayBefore_AndNoneAgainstTheWeekBefore()
    {
        await using var rig = new ScanRig(azurite.ConnectionString, Start.AddDays(7 * Weeks).AddHours(1), Policy);
        var demand = Table.Read("elec2.csv.gz").Numbers("nswdemand");
        for (var day = 0; day < 7 * Weeks; day++)
            await rig.WriteAsync(ScanRig.Version(1, "nswdemand"), Start.AddDays(day).AddHours(12), demand[(day * RowsADay)..((day + 1) * RowsADay)], new long[RowsADay], new float[RowsADay]);
        var (yesterday, lastWeek) = (await BreachedAsync(rig, "day-before"), await BreachedAsync(rig, "week-before"));

        // Every Saturday asks for less than its Friday, every Monday for more than its Sunday,
        Assert.Equal(Enumerable.Range(1, Weeks - 1).Select(week => 7 * week + 4), yesterday.Where(day => Weekday(day) == DayOfWeek.Saturday));
        Assert.Equal(Enumerable.Range(1, Weeks - 1).Select(week => 7 * week + 6).Except([HolidayMonday]), yesterday.Where(day => Weekday(day) == DayOfWeek.Monday));
        // but for 10 June, the Queen's birthday: a Monday like a Sunday, with a Tuesday like a Monday. Else only the first Sunday is news.
        Assert.Equal([12, HolidayMonday + 1], yesterday.Where(day => Weekday(day) is not (DayOfWeek.Saturday or DayOfWeek.Monday)));
        // Against the week before the same Monday is the one that is, and a week later the one that it is compared with; seven of nine Saturdays are as the one before was.
        Assert.Equal([HolidayMonday, HolidayMonday + 7], lastWeek.Where(day => Weekday(day) == DayOfWeek.Monday));
        Assert.Equal(2, lastWeek.Count(day => Weekday(day) == DayOfWeek.Saturday));
        Assert.Equal((19, 10), (yesterday.Count, lastWeek.Count));
    }

    private static async Task<List<int>> BreachedAsync(ScanRig rig, string monitor)
    {
        var breached = new List<int>();
        for (var day = 7; day < 7 * Weeks; day++)
            if ((await rig.ScanAsync(monitor, Start.AddDays(day + 1))).Verdict == FindingVerdict.Breached) breached.Add(day);
        return breached;
    }

    private static DayOfWeek Weekday(int day) => Start.AddDays(day).DayOfWeek;
}
