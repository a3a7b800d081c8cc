using System.Globalization;
using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Baselines;

namespace Serverless.Services.Tests.Monitoring;

/// <summary>Two weather stations: four years of Seattle by the month, half a century of Nebraska by the year.</summary>
public sealed class WeatherScanTests(Testing.AzuriteFixture azurite)
{
    private static readonly string[] Seattle = ["precipitation", "temp_max", "temp_min", "wind"];
    private static readonly string[] Nebraska = ["temp", "dewpoint", "sea_level_pressure", "visibility", "wind_speed", "max_wind", "max_temp", "min_temp"];
    private static readonly string[] Temperatures = ["temp", "max_temp", "min_temp"];
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddDays(28 * 700);

    // A month's days are logged on its fifteenth; the 28 days before the next month's first hold just them. February has 28.
    private const string Monthly = """{"monitoring":{"monitors":{"feature-drift":{"window":{"length":"P28D"},"every":"P1D","minimumRows":28,"reference":{"kind":"baseline"}}}}}""";

    // The longest window is 31 days, so a year's days are logged as those of 28.
    private const string Yearly = """
        {"monitoring":{"monitors":{
          "feature-drift":{"window":{"length":"P28D"},"reference":{"kind":"trailing","windows":5}},
          "prediction-drift":{"window":{"length":"P28D"},"reference":{"kind":"trailing","windows":5}},
          "label-drift":{"window":{"length":"P28D"},"reference":{"kind":"trailing","windows":5}}}}}
        """;

    [Fact]
    public async Task Seattle_AgainstTwoWholeYears_DriftsEveryMonth_ByItsTemperatures()
    {
        var days = Table.Read("seattle-weather.csv");
        var before = days.Where(row => Date(row).Year < 2014);
        var findings = await ScanSeattleAsync(days, month => 1, (1, before));

        // A year has all temperatures, a month few: each month of 24 differs, and always in a temperature.
        Assert.All(findings.Values, finding => Assert.Contains(Breached(finding), name => name is "temp_max" or "temp_min"));
        // July and August are the warm ones: their nights move most. The rain of a month is little beside its spread over days: only four of the driest months, and the December of 2015, the wettest of all (9.2 mm a day), differ.
        Assert.All([(2014, 7), (2014, 8), (2015, 7), (2015, 8)], month => Assert.Equal("temp_min", findings[month].Checks[0].Subject));
        Assert.Equal([(2014, 7), (2015, 5), (2015, 6), (2015, 7), (2015, 12)], findings.Where(month => Breached(month.Value).Contains("precipitation")).Select(month => month.Key).Order());
        var july = days.Where(row => (Date(row).Year, Date(row).Month) == (2015, 7));
        foreach (var name in (string[])["temp_max", "temp_min"])
            Assert.Equal(PlainKolmogorov.Distance(before.Numbers(name), july.Numbers(name)), findings[(2015, 7)].Checks.Single(check => check.Subject == name).Statistic!.Value, 9);
    }

    [Fact]
    public async Task Seattle_AgainstTheSameMonthsOfBothYearsBefore_DriftsWhereTheWarmYearsDid()
    {
        var days = Table.Read("seattle-weather.csv");
        var findings = await ScanSeattleAsync(days, month => month, [.. Enumerable.Range(1, 12).Select(month => (month, days.Where(row => Date(row).Year < 2014 && Date(row).Month == month)))]);

        // With the season in the reference, rain and wind never differ.
        Assert.All(findings.Values, finding => Assert.DoesNotContain(Breached(finding), name => name is "precipitation" or "wind"));
        // What is left are months that were warmer than both before: 2015 was the warmest of the four years (17.4 °C by day, after 15.3, 16.1 and 17.0), from the October before it on.
        Assert.Equal([(2014, 1), (2014, 4), (2014, 10), (2014, 12), (2015, 1), (2015, 2), (2015, 3), (2015, 6), (2015, 7), (2015, 10)], findings.Where(month => month.Value.Verdict == FindingVerdict.Breached).Select(month => month.Key).Order());
        Assert.All(findings.Where(month => month.Value.Verdict == FindingVerdict.Breached), month => Assert.True(Median(days, month.Key) > new[] { 2012, 2013 }.Average(year => Median(days, (year, month.Key.Month)))));
    }

    [Fact]
    public async Task Nebraska_YearByYear_ShowsItsInstruments_WhileTheRainStays()
    {
        var days = Table.Read("neweather.csv.gz");
        await using var rig = new ScanRig(azurite.ConnectionString, Start.AddDays(28 * 50).AddHours(1), Yearly);
        await WriteNebraskaAsync(rig, days);
        var (features, predictions, rain) = (await YearsAsync(rig, "feature-drift"), await YearsAsync(rig, "prediction-drift"), await YearsAsync(rig, "label-drift"));

        // How far one sees was judged by eye and by rules that changed: from 1970 to 1971 the year's mean goes from 10.3 to 14.4 miles, from 1992 to 1997 from 12.3 down to 6.6. Nothing else moves as far.
        Assert.Equal([1963, 1971, 1997], new[] { 1963, 1971, 1997 }.Where(year => features[year].Checks[0] is { Subject: "visibility", Effect: > 0.6 }));
        Assert.Equal(37, features.Values.Count(finding => Breached(finding).Contains("visibility")));
        // The wind's figures step in 1957, and for five years the reference holds some of the old.
        Assert.Equal(["max_wind", "wind_speed", "visibility"], Breached(features[1957]));
        Assert.Equal([1957, 1958, 1959, 1960, 1961], features.Where(year => year.Key is > 1953 and < 1963 && Breached(year.Value).Contains("max_wind")).Select(year => year.Key).Order());
        // Temperature needs no eye: it differs in five of 45 years. 1983 is the coldest of all, 1977, 1986 and 1997 are warm, and 1998 ends in September, without its cold months.
        Assert.Equal([1977, 1983, 1986, 1997, 1998], features.Where(year => Breached(year.Value).Contains("temp")).Select(year => year.Key).Order());
        Assert.Subset(Temperatures.Append("dewpoint").Append("visibility").ToHashSet(), Breached(features[1998]).ToHashSet());

        // A model that tells rain by visibility is led astray by the new rules of 1971 and of 1993 to 1997. The rain itself did nothing then: its drift is in the dry 1976 and 1988 and the wet 1959, 1982, 1984 and 1985.
        Assert.All([1971, 1972, 1993, 1994, 1995, 1996, 1997], year => Assert.Equal((FindingVerdict.Breached, FindingVerdict.Ok), (predictions[year].Verdict, rain[year].Verdict)));
        Assert.Equal([1959, 1976, 1982, 1984, 1985, 1988], rain.Where(year => year.Value.Verdict == FindingVerdict.Breached).Select(year => year.Key).Order());
        var (sight, at) = (days.Numbers("visibility"), Enumerable.Range(0, 50).Select(year => Days(year, days).Start).ToArray());
        Assert.Equal(PlainKolmogorov.Distance(sight[at[17]..at[22]], sight[at[22]..at[23]]), features[1971].Checks[0].Statistic!.Value, 9);
    }

    /// <summary>Scans every month of 2014 and 2015, each answered by the version of its month.</summary>
    private async Task<Dictionary<(int Year, int Month), Finding>> ScanSeattleAsync(Table days, Func<int, int> version, params (int Version, Table Days)[] baselines)
    {
        await using var rig = new ScanRig(azurite.ConnectionString, ScanRig.Utc("2016-01-02T00:00:00Z"), Monthly);
        foreach (var (number, table) in baselines) await rig.BaselineAsync(number, table.Csv(Seattle), BaselineRoles.None);
        var findings = new Dictionary<(int, int), Finding>();
        foreach (var (year, month) in from year in (int[])[2014, 2015] from month in Enumerable.Range(1, 12) select (year, month))
        {
            var part = days.Where(row => (Date(row).Year, Date(row).Month) == (year, month));
            await rig.WriteAsync(ScanRig.Version(version(month), Seattle), new(year, month, 15, 12, 0, 0, TimeSpan.Zero), part.Numbers(Seattle), new long[part.Rows.Length], new float[part.Rows.Length]);
            findings[(year, month)] = await rig.ScanAsync("feature-drift", new DateTimeOffset(year, month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1));
        }
        return findings;
    }

    /// <summary>The model: how often it rained in the first ten years with so much visibility, by tenths.</summary>
    private static async Task WriteNebraskaAsync(ScanRig rig, Table days)
    {
        var (sight, rain) = (days.Numbers("visibility"), days.Numbers("rain").Select(value => (long)value).ToArray());
        var edges = sight[..3650].Order().Where((_, at) => at % 365 == 364).Take(9).ToArray();
        var shares = sight[..3650].Zip(rain).ToLookup(day => Tenth(day.First), day => (double)day.Second);
        for (var year = 0; year < 50; year++)
        {
            var (from, to) = Days(year, days);
            float[] chances = [.. sight[from..to].Select(value => (float)shares[Tenth(value)].Average())];
            var request = await rig.WriteAsync(ScanRig.Version(1, Nebraska), Start.AddDays(28 * year + 14), to - from, entry =>
            {
                entry.Tensor<float>(0, (days with { Rows = days.Rows[from..to] }).Numbers(Nebraska));
                entry.Tensor<long>(1, [.. chances.Select(chance => chance > 0.5 ? 1L : 0)]);
                entry.Tensor<float>(2, chances);
            });
            await rig.LabelAsync(request, rain[from..to]);
        }
        int Tenth(float value) => edges.Count(edge => edge < value);
    }

    private static async Task<Dictionary<int, Finding>> YearsAsync(ScanRig rig, string monitor)
    {
        var findings = new Dictionary<int, Finding>();
        for (var year = 5; year < 50; year++) findings[1949 + year] = await rig.ScanAsync(monitor, Start.AddDays(28 * (year + 1)));
        return findings;
    }

    private static (int Start, int End) Days(int year, Table days)
    {
        var start = new DateTime(1949 + year, 1, 1);
        return ((int)(start - new DateTime(1949, 1, 1)).TotalDays, Math.Min(days.Rows.Length, (int)(start.AddYears(1) - new DateTime(1949, 1, 1)).TotalDays));
    }

    private static float Median(Table days, (int Year, int Month) month) => days.Where(row => (Date(row).Year, Date(row).Month) == month).Numbers("temp_max").Order().ElementAt(14);

    private static string[] Breached(Finding finding) => [.. finding.Checks.Where(check => check.Verdict == FindingVerdict.Breached).Select(check => check.Subject)];

    private static DateOnly Date(string[] row) => DateOnly.ParseExact(row[0], "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
