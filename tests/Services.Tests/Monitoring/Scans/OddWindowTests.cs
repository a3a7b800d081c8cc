using System.Text.Json;
using Azure.Storage.Blobs.Specialized;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Monitoring.Scans;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Predictions;

namespace Serverless.Services.Tests.Monitoring;

/// <summary>Windows that are not as they should be: each has a named outcome, none stops the scans.</summary>
public sealed class OddWindowTests(Testing.AzuriteFixture azurite)
{
    private const int Rows = 2_000;
    private const string Hourly = """{"monitoring":{"monitors":{"data-quality":{"window":{"length":"P1D"},"reference":{"kind":"previous"}},"feature-drift":{"reference":{"kind":"previous"}},"operations":{"window":{"length":"P1D"},"reference":{"kind":"previous"}}}}}""";
    private static readonly DateTimeOffset Day = ScanRig.Utc("2026-03-02T00:00:00Z");

    private static float[] Values(int seed, int width = 2, Func<int, float, float>? change = null)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Rows * width).Select(at => random.NextSingle() * 10).Select((value, at) => change?.Invoke(at, value) ?? value)];
    }

    private async Task<ScanRig> RigAsync(Func<ScanRig, Task> second, string policy = Hourly)
    {
        var rig = new ScanRig(azurite.ConnectionString, Day.AddDays(3), policy);
        await rig.WriteAsync(ScanRig.Version(1, "age", "height"), Day.AddHours(9), Values(1), new long[Rows], new float[Rows]);
        await second(rig);
        return rig;
    }

    private static Task WriteAsync(ScanRig rig, ServableVersion version, float[] values, int rows = Rows, int status = 200) =>
        rig.WriteAsync(version, Day.AddDays(1).AddHours(9), values, new long[rows], new float[rows], status: status);

    private static FindingCheck Check(Finding finding, string subject, string check) => finding.Checks.Single(one => one.Subject == subject && one.Check == check);

    [Fact]
    public async Task AColumnGone_AndOneNew_AreNamed()
    {
        await using var rig = await RigAsync(rig => WriteAsync(rig, ScanRig.Version(2, "age", "weight"), Values(2)));
        var quality = await rig.ScanAsync("data-quality", Day.AddDays(2));
        Assert.Equal(("height: the column is gone.", FindingVerdict.Breached), (Check(quality, "height", "schema").Words, Check(quality, "height", "schema").Verdict));
        Assert.Equal("weight: a new column, numbers.", Check(quality, "weight", "schema").Words);
        var drift = await rig.ScanAsync("feature-drift", Day.AddDays(2));
        Assert.Equal((FindingVerdict.NotComparable, "The window has no such column or segment."), (Check(drift, "height", "drift").Verdict, Check(drift, "height", "drift").Words["height: ".Length..]));
        Assert.Equal(FindingVerdict.Ok, Check(drift, "age", "drift").Verdict);
    }

    [Fact]
    public async Task AColumnTurnedToText_IsNamed()
    {
        var text = new ServableVersion(2, Digest.Of(new byte[32]), 1, new Signature(
            [new("age", ValueKind.Tensor, ElementType.String, [new(null, "N"), new(1, null)]), new("height", ValueKind.Tensor, ElementType.Float, [new(null, "N"), new(1, null)])],
            [new("label", ValueKind.Tensor, ElementType.Int64, [new(null, "N")])]), null, null, false);
        await using var rig = await RigAsync(async rig =>
        {
            var log = rig.Log.Log();
            var entry = log.Begin(rig.Model, PredictionSchema.Of(text, rig.Log.Policy), LogRig.Header(new PredictionId(Guid.CreateVersion7(Day.AddDays(1))).Request, Rows) with { Version = 2 })!;
            entry.Texts(0, [.. Enumerable.Range(0, Rows).Select(row => $"about {row % 7}")]);
            entry.Tensor<float>(1, Values(3, 1));
            entry.Tensor<long>(2, new long[Rows]);
            await log.WriteAsync(entry, TestContext.Current.CancellationToken);
            await log.FlushAsync(TestContext.Current.CancellationToken);
        });
        Assert.Equal("age: the type changed from numbers to labels.", Check(await rig.ScanAsync("data-quality", Day.AddDays(2)), "age", "type").Words);
        Assert.Contains("The type changed", Check(await rig.ScanAsync("feature-drift", Day.AddDays(2)), "age", "drift").Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AllMissing_Infinite_AndConstant_AreNamed()
    {
        await using var rig = await RigAsync(rig => WriteAsync(rig, ScanRig.Version(1, "age", "height"), Values(4, 2, (at, value) => at % 2 == 0 ? float.NaN : at % 40 == 1 ? float.PositiveInfinity : 3)));
        var quality = await rig.ScanAsync("data-quality", Day.AddDays(2));
        Assert.Equal((FindingVerdict.Breached, 1d), (Check(quality, "age", "notFinite").Verdict, Check(quality, "age", "notFinite").Value));
        Assert.Equal((FindingVerdict.Breached, 0.05), (Check(quality, "height", "notFinite").Verdict, Check(quality, "height", "notFinite").Value));
        Assert.Equal(FindingVerdict.Breached, Check(quality, "height", "constant").Verdict);
        var drift = await rig.ScanAsync("feature-drift", Day.AddDays(2));
        Assert.Contains("All values of the window are missing", Check(drift, "age", "drift").Words, StringComparison.Ordinal);
        Assert.Equal(FindingVerdict.Breached, Check(drift, "height", "drift").Verdict);
    }

    [Fact]
    public async Task OneRow_AndNoRows_GiveNoVerdict()
    {
        await using var rig = await RigAsync(rig => WriteAsync(rig, ScanRig.Version(1, "age", "height"), [1, 2], 1));
        Assert.Equal(FindingVerdict.NotEnoughData, (await rig.ScanAsync("feature-drift", Day.AddDays(2))).Verdict);
        Assert.Equal((FindingVerdict.NotEnoughData, "The window has no rows."), (await rig.ScanAsync("feature-drift", Day.AddDays(3)) is var none ? (none.Verdict, none.Summary) : default));
        Assert.Equal(0, (await rig.ScanAsync("data-quality", Day.AddDays(3))).Rows);
    }

    [Fact]
    public async Task AMillionCategories_AreText_AndComparedByLength()
    {
        var version = new ServableVersion(1, Digest.Of(new byte[32]), 1, new Signature(
            [new("note", ValueKind.Tensor, ElementType.String, [new(null, "N"), new(1, null)])], [new("label", ValueKind.Tensor, ElementType.Int64, [new(null, "N")])]), null, null, false);
        await using var rig = new ScanRig(azurite.ConnectionString, Day.AddDays(3), Hourly);
        await rig.Log.Container.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var log = rig.Log.Log();
        for (var request = 0; request < 200; request++)
        {
            var entry = log.Begin(rig.Model, PredictionSchema.Of(version, rig.Log.Policy), LogRig.Header(new PredictionId(Guid.CreateVersion7(Day.AddMinutes(request * 14))).Request, 5_000))!;
            entry.Texts(0, [.. Enumerable.Range(0, 5_000).Select(row => $"{(request < 100 ? "" : "longer ")}{request * 5_000 + row:D7}")]);
            entry.Tensor<long>(1, new long[5_000]);
            await log.WriteAsync(entry, TestContext.Current.CancellationToken);
            // A busy machine's writer falls behind, and what does not fit is dropped.
            if (request % 20 == 19) await log.FlushAsync(TestContext.Current.CancellationToken);
        }
        var drift = await rig.ScanAsync("feature-drift", Day.AddDays(2));
        Assert.Equal(FindingVerdict.Breached, Check(drift, "note", "drift").Verdict);
        Assert.StartsWith("note: median 7 → 14", Check(drift, "note", "drift").Words, StringComparison.Ordinal);
        Assert.Equal(FindingVerdict.Ok, Check(await rig.ScanAsync("data-quality", Day.AddDays(2)), "note", "type").Verdict);
    }

    [Fact]
    public async Task CorruptedFiles_AreTold_AndTheRestIsScanned()
    {
        await using var rig = await RigAsync(rig => WriteAsync(rig, ScanRig.Version(1, "age", "height"), Values(5)));
        var hour = PredictionPaths.Hour(rig.Model, Day.AddDays(1).AddHours(9));
        await rig.Log.Container.GetBlobClient($"{hour}notes.txt").UploadAsync(BinaryData.FromString("no file of the log"), TestContext.Current.CancellationToken);
        await rig.Log.Container.GetAppendBlobClient($"{hour}fresh-{Guid.CreateVersion7(Day):N}.log").CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        var finding = await rig.ScanAsync("feature-drift", Day.AddDays(2));
        Assert.Equal((FindingVerdict.Ok, (long)Rows), (finding.Verdict, finding.Rows));
        Assert.Contains(finding.Flaws, flaw => flaw.Contains("notes.txt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FailedAndRefusedRequests_AreOperations()
    {
        await using var rig = await RigAsync(async rig =>
        {
            await WriteAsync(rig, ScanRig.Version(1, "age", "height"), Values(6));
            await WriteAsync(rig, ScanRig.Version(1, "age", "height"), Values(7)[..200], 100, status: 500);
            await WriteAsync(rig, ScanRig.Version(1, "age", "height"), Values(8)[..20], 10, status: 422);
        });
        var finding = await rig.ScanAsync("operations", Day.AddDays(2));
        Assert.Equal((FindingVerdict.Breached, FindingVerdict.Ok), (Check(finding, "errors", "rate").Verdict, Check(finding, "refusals", "rate").Verdict));
        Assert.Equal(100.0 / 2110, Check(finding, "errors", "rate").Value!.Value, 1e-12);
        Assert.Equal(FindingVerdict.Ok, Check(finding, "latency.p99", "latency").Verdict);
    }

    [Fact]
    public async Task AFinding_MovesTheAlert_AndMessagesTwiceAndInAnyOrderChangeNothing()
    {
        await using var rig = await RigAsync(rig => WriteAsync(rig, ScanRig.Version(1, "age", "height"), Values(9, 2, (_, value) => value + 3)));
        string[] messages = [.. new[] { 2, 1, 2, 3, 1, 2 }.Select(day => JsonSerializer.Serialize(new(rig.Model.Value, "feature-drift", Day.AddDays(day), null), ScanJson.Default.ScanRequest))];
        // One after the other: who loses a race waits by this clock, which nobody winds.
        foreach (var message in messages) await rig.Runner.RunAsync(message, TestContext.Current.CancellationToken);
        var rows = (await rig.Findings.ListAsync(rig.Model, null, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, null, 100, TestContext.Current.CancellationToken)).Rows;
        Assert.Equal([(Day.AddDays(3), 1), (Day.AddDays(2), 1), (Day.AddDays(1), 1)], rows.Select(row => (row.Window.To, row.Revision)));
        var alerts = await rig.Get<AlertsTable>().AlertsAsync(rig.Model, null, null, TestContext.Current.CancellationToken).Select(AlertStore.ReadAlert).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal((AlertStatus.Firing, "feature-drift"), (Assert.Single(alerts).Status, alerts[0].Monitor));
    }

    [Fact]
    public async Task APoisonMessage_BecomesAFinding()
    {
        await using var rig = await RigAsync(_ => Task.CompletedTask);
        await rig.Runner.FailAsync(JsonSerializer.Serialize(new(rig.Model.Value, "operations", Day.AddDays(1), null), ScanJson.Default.ScanRequest), TestContext.Current.CancellationToken);
        Assert.Equal(FindingVerdict.Failed, (await rig.CurrentAsync("operations", Day.AddDays(1)))!.Verdict);
        // The next scan of the window supersedes it.
        Assert.Equal((2, true), (await rig.ScanAsync("operations", Day.AddDays(1)) is var next ? (next.Revision, next.Verdict != FindingVerdict.Failed) : default));
    }
}
