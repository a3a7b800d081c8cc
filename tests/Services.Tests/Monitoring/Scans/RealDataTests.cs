using System.Globalization;
using System.IO.Compression;
using Serverless.Core.Monitoring;
using Serverless.Testing;

namespace Serverless.Services.Tests.Monitoring;

/// <summary>Electricity prices of New South Wales, half-hourly from May 1996 to December 1998 (elec2): real months with real shifts.</summary>
/// <remarks>
/// Until May 1997 the market of Victoria did not exist: its price, its demand and the transfer stand at one value in every row. From 2 May 1997 on they vary. Demand has its
/// seasons: the southern winter of June to August asks for more than the autumn before.
/// </remarks>
public sealed class RealDataTests(Testing.AzuriteFixture azurite)
{
    private const int RowsAMonth = 28 * 48;
    private static readonly string[] Features = ["nswprice", "nswdemand", "vicprice", "vicdemand", "transfer"];
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddDays(28 * 700);

    private const string Policy = """
        {"monitoring":{"monitors":{
          "feature-drift":{"window":{"length":"P28D"},"reference":{"kind":"trailing","windows":3}},
          "data-quality":{"window":{"length":"P28D"},"reference":{"kind":"trailing","windows":3}},
          "prediction-drift":{"window":{"length":"P28D"},"reference":{"kind":"previous"}}}}}
        """;

    [Fact]
    public async Task Elec2_MonthByMonth_ShowsTheMarketThatOpened_AndTheSeasons()
    {
        var rows = Read();
        var months = rows.Length / RowsAMonth;
        await using var rig = new ScanRig(azurite.ConnectionString, Start.AddDays(28 * months).AddHours(1), Policy);
        for (var month = 0; month < months; month++)
        {
            var part = rows[(month * RowsAMonth)..((month + 1) * RowsAMonth)];
            await rig.WriteAsync(ScanRig.Version(1, Features), Start.AddDays(28 * month + 14), [.. part.SelectMany(row => row.Values)], [.. part.Select(row => row.Up)], [.. part.Select(row => row.Values[0])]);
        }
        var findings = new List<Finding>();
        for (var month = 3; month < months; month++) findings.Add(await rig.ScanAsync("feature-drift", End(month)));

        // The market opens on day 360: in the thirteenth window of 28 days. Before, the three columns stand still and cannot be compared.
        var opened = 360 / 28;
        Assert.All(findings.Take(opened - 3), finding => Assert.All(Victorian(finding), check => Assert.Equal(FindingVerdict.NotComparable, check.Verdict)));
        // Once the reference holds some of the new market, what is new in it shows for as long as the old is in the reference.
        Assert.All(Victorian(findings[opened - 2]), check => Assert.Equal(FindingVerdict.Breached, check.Verdict));
        Assert.Contains("vicprice", findings[opened - 2].Summary, StringComparison.Ordinal);
        // Demand is the same as in the three months before in two of thirty months: the year has seasons.
        Assert.Equal((30, 28), (findings.Count, findings.Count(finding => finding.Checks.Single(check => check.Subject == "nswdemand").Verdict == FindingVerdict.Breached)));

        // The contract's view of the same: values that stood still move, which is no fault of quality; nothing is missing, and as many rows come as ever.
        var quality = await rig.ScanAsync("data-quality", End(opened));
        Assert.All(quality.Checks.Where(check => check.Check is "missing" or "notFinite" or "type" or "schema"), check => Assert.Equal(FindingVerdict.Ok, check.Verdict));
        Assert.Equal(RowsAMonth, quality.Rows);
    }

    private static IEnumerable<FindingCheck> Victorian(Finding finding) => finding.Checks.Where(check => check.Subject is "vicprice" or "vicdemand" or "transfer");

    private static DateTimeOffset End(int month) => Start.AddDays(28 * (month + 1));

    private static (float[] Values, long Up)[] Read()
    {
        using var zip = new GZipStream(File.OpenRead(Repository.File("tests", "data", "elec2.csv.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(zip);
        var names = reader.ReadLine()!.Split(',');
        var at = Features.Select(name => System.Array.IndexOf(names, name)).ToArray();
        var rows = new List<(float[], long)>();
        while (reader.ReadLine()?.Split(',') is { } cells) rows.Add(([.. at.Select(index => float.Parse(cells[index], CultureInfo.InvariantCulture))], cells[^1] is "1" ? 1 : 0));
        return [.. rows];
    }
}
