using Serverless.Core.Monitoring;

namespace Serverless.Services.Tests.Monitoring;

/// <summary>Windows of the log, scanned against the windows before.</summary>
public sealed class DriftScanTests(Testing.AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Monday = ScanRig.Utc("2026-03-02T00:00:00Z");

    private static float[] Normal(int rows, int seed, float shift)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows * 2).Select(at => (at % 2 == 0 ? shift : 0) + (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }

    private static async Task<ScanRig> RigAsync(string connection, int days, Func<int, float> shift, string policy = "{}")
    {
        var rig = new ScanRig(connection, Monday.AddDays(days).AddHours(1), policy);
        for (var day = 0; day < days; day++)
            await rig.WriteAsync(ScanRig.Version(1, "age", "height"), Monday.AddDays(day).AddHours(9), Normal(2_000, day, shift(day)), [.. Enumerable.Range(0, 2_000).Select(row => row % 4L == 0 ? 1L : 0L)], new float[2_000]);
        return rig;
    }

    [Fact]
    public async Task Scan_WithoutChange_IsOk_AndAgainChangesNothing()
    {
        await using var rig = await RigAsync(azurite.ConnectionString, 4, _ => 0);
        var finding = await rig.ScanAsync("feature-drift", Monday.AddDays(4));
        Assert.Equal((FindingVerdict.Ok, 2_000L, 6_000L, 1), (finding.Verdict, finding.Rows, finding.ReferenceRows, finding.Revision));
        Assert.Equal(["age", "height"], finding.Checks.Select(check => check.Subject).Order());
        Assert.Equal(finding.Id, (await rig.ScanAsync("feature-drift", Monday.AddDays(4))).Id);
    }

    [Fact]
    public async Task Scan_OfAMovedFeature_NamesItWithItsEvidence()
    {
        await using var rig = await RigAsync(azurite.ConnectionString, 4, day => day == 3 ? 0.5f : 0);
        var finding = await rig.ScanAsync("feature-drift", Monday.AddDays(4));
        Assert.Equal(FindingVerdict.Breached, finding.Verdict);
        var age = finding.Checks[0];
        Assert.Equal(("age", "drift", FindingVerdict.Breached, 6_000L, 2_000L), (age.Subject, age.Check, age.Verdict, age.ReferenceSize, age.CurrentSize));
        Assert.InRange(age.Effect!.Value, 0.15, 0.25);
        Assert.True(age.AdjustedPValue < 1e-10);
        Assert.Equal((6_000d, 2_000d), (age.Histograms!.Reference.Sum(), age.Histograms.Current.Sum()));
        Assert.Equal(0.5, age.Quantiles!.Current[4] - age.Quantiles.Reference[4], 0.1);
        Assert.StartsWith("age: median", finding.Summary, StringComparison.Ordinal);
        Assert.Equal(FindingVerdict.Ok, finding.Checks.Single(check => check.Subject == "height").Verdict);
    }

    [Fact]
    public async Task Scan_AfterLateRows_SupersedesTheFinding()
    {
        await using var rig = await RigAsync(azurite.ConnectionString, 4, _ => 0);
        var first = await rig.ScanAsync("feature-drift", Monday.AddDays(4));
        await rig.WriteAsync(ScanRig.Version(1, "age", "height"), Monday.AddDays(3).AddHours(15), Normal(6_000, 77, 1), new long[6_000], new float[6_000]);
        var second = await rig.ScanAsync("feature-drift", Monday.AddDays(4));
        Assert.Equal((2, FindingVerdict.Breached, 8_000L), (second.Revision, second.Verdict, second.Rows));
        Assert.Equal(first.Id, (await rig.Findings.ReadAsync(rig.Model, first.Id, TestContext.Current.CancellationToken))!.Id);
    }

    [Fact]
    public async Task Scan_OfPredictionsAndWithoutRows_HasItsOutcome()
    {
        await using var rig = await RigAsync(azurite.ConnectionString, 2, _ => 0);
        Assert.Equal((FindingVerdict.Ok, "label"), (await rig.ScanAsync("prediction-drift", Monday.AddDays(2)) is var finding ? (finding.Verdict, finding.Checks.First(check => check.Verdict == FindingVerdict.Ok).Subject) : default));
        Assert.Equal(FindingVerdict.NotEnoughData, (await rig.ScanAsync("feature-drift", Monday.AddDays(9))).Verdict);
        Assert.Equal(FindingVerdict.NotEnoughData, (await rig.ScanAsync("label-drift", Monday.AddDays(2))).Verdict);
        // The first day has nothing before it.
        Assert.Equal(FindingVerdict.NotComparable, (await rig.ScanAsync("feature-drift", Monday.AddDays(1))).Verdict);
    }

    [Fact]
    public async Task Scan_OfTheLastRows_TakesJustThese()
    {
        const string Policy = """{"monitoring":{"monitors":{"last":{"signal":"featureDrift","window":{"rows":2500},"every":"P1D","reference":{"kind":"trailing","windows":1}}}}}""";
        await using var rig = await RigAsync(azurite.ConnectionString, 4, day => day == 3 ? 1 : 0, Policy);
        var finding = await rig.ScanAsync("last", Monday.AddDays(4));
        // The newest 2,500 rows begin in the day before; rows of one request have one time.
        Assert.InRange(finding.Rows, 2_500, 4_000);
        Assert.Equal(Monday.AddDays(2).AddHours(9), finding.Window.From);
        Assert.Equal(Monday.AddDays(4), finding.Window.To);
    }

    [Fact]
    public async Task Scan_BySegment_FindsTheOneThatMoved()
    {
        const string Policy = """{"monitoring":{"monitors":{"feature-drift":{"segments":["country"]}}}}""";
        await using var rig = new ScanRig(azurite.ConnectionString, Monday.AddDays(2), Policy);
        for (var day = 0; day < 2; day++)
            foreach (var (country, seed) in new[] { ("DE", 1), ("FR", 2), ("IT", 3) })
                await rig.WriteAsync(ScanRig.Version(1, "age", "height"), Monday.AddDays(day).AddHours(seed), Normal(2_000, day * 10 + seed, day == 1 && country == "FR" ? 0.6f : 0), new long[2_000], new float[2_000], new Dictionary<string, string> { ["country"] = country });
        var finding = await rig.ScanAsync("feature-drift", Monday.AddDays(2));
        Assert.Equal([null, "country=FR"], finding.Checks.Where(check => check.Verdict == FindingVerdict.Breached).Select(check => check.Segment).Order());
        Assert.Equal(8, finding.Checks.Count);
    }
}
