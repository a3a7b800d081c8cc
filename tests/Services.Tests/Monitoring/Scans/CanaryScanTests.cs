using Serverless.Core.Monitoring;

namespace Serverless.Services.Tests.Monitoring;

/// <summary>A champion with most of the traffic and a canary with a little: what goes wrong with the canary is seen, and said to be the canary's.</summary>
public sealed class CanaryScanTests(Testing.AzuriteFixture azurite)
{
    private const int ChampionRows = 4_000, CanaryRows = 400;
    private static readonly DateTimeOffset Day = ScanRig.Utc("2026-03-02T00:00:00Z");
    private static readonly DateTimeOffset End = Day.AddDays(2);

    private const string Policy = """
        {"monitoring":{"monitors":{
          "feature-drift":{"reference":{"kind":"previous"}},"prediction-drift":{"reference":{"kind":"previous"}},
          "data-quality":{"window":{"length":"P1D"}},"operations":{"window":{"length":"P1D"},"reference":{"kind":"previous"}}}}}
        """;

    [Fact]
    public async Task Canary_WhoseInputsMoved_IsNamed_InTheWindowsOneFinding()
    {
        await using var rig = await RigAsync(canary => canary + 1, canary => canary, CanaryRows);
        var finding = await rig.ScanAsync("feature-drift", End);

        Assert.Equal((FindingVerdict.Breached, 1), (finding.Verdict, finding.Revision));
        Assert.Equal([1, 2], finding.Versions);
        Assert.Equal([("age", "version 2")], Breached(finding));
        Assert.Equal([(null, ChampionRows), ("version 2", (long)CanaryRows)], finding.Checks.Where(check => check.Subject == "height").Select(check => (check.Segment, check.CurrentSize)).OrderBy(part => part.Segment));
        Assert.StartsWith("age in version 2: median", finding.Summary, StringComparison.Ordinal);
        // The same message again changes nothing; rows of the canary that come late supersede.
        Assert.Equal(finding.Id, (await rig.ScanAsync("feature-drift", End)).Id);
        await WriteAsync(rig, 2, Day.AddDays(1).AddHours(20), CanaryRows, 3, 1, 0);
        var again = await rig.ScanAsync("feature-drift", End);
        Assert.Equal((2, FindingVerdict.Breached), (again.Revision, again.Verdict));
        Assert.Single((await rig.Findings.ListAsync(rig.Model, "feature-drift", Day, End, null, 10, TestContext.Current.CancellationToken)).Rows);
        Assert.Equal(FindingVerdict.Ok, (await rig.ScanAsync("prediction-drift", End)).Verdict);
    }

    [Fact]
    public async Task Canary_WhosePredictionsMoved_IsComparedWithItself()
    {
        await using var rig = await RigAsync(canary => canary, canary => canary + 0.5f, CanaryRows);
        Assert.Equal(FindingVerdict.Ok, (await rig.ScanAsync("feature-drift", End)).Verdict);
        var finding = await rig.ScanAsync("prediction-drift", End);
        Assert.Equal([("probability", "version 2")], Breached(finding));
        Assert.Equal(CanaryRows, finding.Checks[0].ReferenceSize);
    }

    [Fact]
    public async Task Canary_WithoutChange_OrWithTooFewRows_SaysNothing()
    {
        await using var same = await RigAsync(canary => canary, canary => canary, CanaryRows);
        await using var small = await RigAsync(canary => canary + 3, canary => canary + 3, 29);
        foreach (var monitor in (string[])["feature-drift", "prediction-drift", "data-quality", "operations"])
            foreach (var rig in (ScanRig[])[same, small])
                Assert.Empty(Breached(await rig.ScanAsync(monitor, End)));
        Assert.Equal([null], (await small.ScanAsync("feature-drift", End)).Checks.Select(check => check.Segment).Distinct());
    }

    [Fact]
    public async Task Canary_WithBrokenValues_IsNamedByDataQuality()
    {
        await using var rig = await RigAsync(canary => float.NaN, canary => canary, CanaryRows);
        var finding = await rig.ScanAsync("data-quality", End);
        Assert.Equal([("age", "version 2")], Breached(finding));
        Assert.StartsWith("age in version 2: 100 % of the rows are NaN", finding.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Canary_ThatFails_IsNamedByOperations_ThoughAllRequestsTogetherAreFine()
    {
        await using var rig = await RigAsync(canary => canary, canary => canary, CanaryRows);
        await WriteAsync(rig, 2, Day.AddDays(1).AddHours(11), 40, 4, 0, 0, status: 500);
        var finding = await rig.ScanAsync("operations", End);
        // 40 of 4,440 requests are below one in a hundred, 40 of the canary's 440 are not.
        Assert.Equal([("errors", "version 2")], Breached(finding));
        Assert.Equal(["version 1", "version 2"], finding.Checks.Where(check => check is { Subject: "errors", Segment: not null }).Select(check => check.Segment!).Order());
    }

    [Fact]
    public async Task Traffic_ThatIsSplitEvenly_IsNoLoss_AndRealLossIsTold()
    {
        await using var rig = new ScanRig(azurite.ConnectionString, Day.AddDays(6), Policy);
        // Four days with one version; on the fifth the other three answer a quarter each; on the sixth only the last quarter is left.
        foreach (var (day, versions) in new[] { 1, 1, 1, 1, 4, 1 }.Index())
            for (var version = 1; version <= versions; version++)
                await WriteAsync(rig, version, Day.AddDays(day).AddHours(23.9), day < 4 ? ChampionRows : ChampionRows / 4, 10 * day + version, 0, 0);
        var findings = new List<Finding>();
        for (var day = 1; day <= 6; day++) findings.Add(await rig.ScanAsync("data-quality", Day.AddDays(day)));

        Assert.All(findings.Take(5), finding => Assert.Equal((ChampionRows, 0), (finding.Rows, Breached(finding).Length)));
        Assert.Equal([("rows", null)], Breached(findings[5]));
    }

    private static (string, string?)[] Breached(Finding finding) => [.. finding.Checks.Where(check => check.Verdict == FindingVerdict.Breached).Select(check => (check.Subject, check.Segment))];

    /// <summary>Two days of both; on the second the canary's age, or its probabilities, are what the test makes of them.</summary>
    private async Task<ScanRig> RigAsync(Func<float, float> age, Func<float, float> probability, int canaryRows)
    {
        var rig = new ScanRig(azurite.ConnectionString, End.AddHours(1), Policy);
        for (var day = 0; day < 2; day++)
        {
            await WriteAsync(rig, 1, Day.AddDays(day).AddHours(9), ChampionRows, 10 + day, 0, 0);
            await WriteAsync(rig, 2, Day.AddDays(day).AddHours(10), canaryRows, 20 + day, 0, 0, day == 1 ? age : null, day == 1 ? probability : null);
        }
        return rig;
    }

    private static Task WriteAsync(ScanRig rig, int version, DateTimeOffset at, int rows, int seed, float age, float probability, Func<float, float>? ages = null, Func<float, float>? probabilities = null, int status = 200)
    {
        var random = new Random(seed);
        return rig.WriteAsync(ScanRig.Version(version, "age", "height"), at,
            [.. Enumerable.Range(0, rows * 2).Select(cell => random.NextSingle() + (cell % 2 == 0 ? age : 0)).Select((value, cell) => cell % 2 == 0 && ages is not null ? ages(value) : value)],
            [.. Enumerable.Range(0, rows).Select(_ => (long)random.Next(2))],
            [.. Enumerable.Range(0, rows).Select(_ => random.NextSingle() + probability).Select(value => probabilities is null ? value : probabilities(value))], status: status);
    }
}
