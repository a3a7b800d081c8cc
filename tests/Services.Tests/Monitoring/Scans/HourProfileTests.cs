using System.Globalization;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Core.Statistics;
using Serverless.Services.Monitoring.Baselines;
using Serverless.Services.Monitoring.Scans;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;
using Signal = Serverless.Core.Monitoring.Signal;

namespace Serverless.Services.Tests.Monitoring;

/// <summary>Windows from what is kept of their hours: the same figures as from their rows, which are read once.</summary>
public sealed class HourProfileTests(Testing.AzuriteFixture azurite)
{
    private const int Hours = 7, Rows = 12_000;
    private static readonly DateTimeOffset Start = ScanRig.Utc("2026-03-02T00:00:00Z");
    private static readonly MonitorPolicy Monitor = new() { Signal = Signal.FeatureDrift, Method = DriftMethod.PopulationStability, Window = new() { Length = TimeSpan.FromHours(6) }, Every = TimeSpan.FromHours(1) };

    // A number, one of few values, and one that is stated to be a label.
    private static readonly ServableVersion Version = ScanRig.Version(1, "age", "rooms", "zone");

    [Fact]
    public async Task Window_FromItsHours_HasTheFiguresOfItsRows()
    {
        await using var rig = await RigAsync();
        var scans = new Reading(azurite.ConnectionString);
        foreach (var method in (DriftMethod[])[DriftMethod.PopulationStability, DriftMethod.ChiSquare, DriftMethod.JensenShannon, DriftMethod.Auto])
            await AssertSameAsync(rig, scans, Monitor with { Method = method }, Start);
    }

    [Fact]
    public async Task Window_ThatMovesByAnHour_ReadsThatHourAlone()
    {
        await using var rig = await RigAsync();
        var scans = new Reading(azurite.ConnectionString);
        var first = await scans.BytesAsync(() => scans.RunAsync(rig, Monitor, Start));
        var again = await scans.BytesAsync(() => scans.RunAsync(rig, Monitor, Start));
        var next = await scans.BytesAsync(() => scans.RunAsync(rig, Monitor, Start.AddHours(1)));
        // What is read again is each file's footer, and which version its rows are of.
        var counting = await scans.BytesAsync(() => scans.CountAsync(rig, Start));
        Assert.Equal(counting, again);
        var hour = (first - again) / 6.0;
        Assert.True(hour > 30_000, $"{hour} bytes an hour");
        Assert.InRange(next - again, hour * 0.8, hour * 1.5);
    }

    [Fact]
    public async Task Hour_ThatChanged_OrIsDamaged_IsReadAnew()
    {
        await using var rig = await RigAsync();
        var scans = new Reading(azurite.ConnectionString);
        await scans.RunAsync(rig, Monitor, Start);
        // Late rows, first fresh, then compacted.
        await WriteAsync(rig, 3, shift: 40);
        await AssertSameAsync(rig, scans, Monitor, Start);
        await rig.Log.Compaction().RunHourAsync(rig.Model, Start.AddHours(3), TestContext.Current.CancellationToken);
        await AssertSameAsync(rig, scans, Monitor, Start);
        // Damage.
        var path = PredictionPaths.Profile(rig.Model, Start.AddHours(2), 1, "inputs");
        await rig.Log.Container.GetBlobClient(path).UploadAsync(BinaryData.FromString("not a profile"), overwrite: true, TestContext.Current.CancellationToken);
        await AssertSameAsync(rig, scans, Monitor, Start);
        // Half of one: its checksum is gone.
        var whole = (await rig.Log.Container.GetBlobClient(path).DownloadContentAsync(TestContext.Current.CancellationToken)).Value.Content.ToArray();
        await rig.Log.Container.GetBlobClient(path).UploadAsync(BinaryData.FromBytes(whole[..(whole.Length / 2)]), overwrite: true, TestContext.Current.CancellationToken);
        await AssertSameAsync(rig, scans, Monitor, Start);
    }

    [Fact]
    public async Task Columns_ThatNeedTheirValues_AreReadBesideTheOthers()
    {
        await using var rig = await RigAsync();
        var scans = new Reading(azurite.ConnectionString);
        // More values by now than a profile tells apart; then Kolmogorov–Smirnov for another.
        await WriteAsync(rig, 4, shift: 0, rooms: row => row % 1000);
        await rig.Log.Compaction().RunHourAsync(rig.Model, Start.AddHours(4), TestContext.Current.CancellationToken);
        Assert.Equal(3, (await AssertSameAsync(rig, scans, Monitor, Start)).Count);
        var monitor = Monitor with { Columns = new Dictionary<string, ColumnRule> { ["age"] = new() { Method = DriftMethod.KolmogorovSmirnov } } };
        var checks = await AssertSameAsync(rig, scans, monitor, Start);
        var before = scans.BaselineReads;
        await scans.RunAsync(rig, monitor, Start);
        Assert.Equal(3, scans.BaselineReads - before);
        Assert.Equal(["KolmogorovSmirnov", "PopulationStability", "PopulationStability"], checks.OrderBy(check => check.Subject).Select(check => check.Method));
    }

    [Fact]
    public async Task ErasedRows_AreNoLongerCounted()
    {
        await using var rig = await RigAsync();
        var scans = new Reading(azurite.ConnectionString);
        await scans.RunAsync(rig, Monitor, Start);
        var ids = await rig.Log.IdsAsync(new PredictionQuery(rig.Model, Start, Start.AddHours(1)));
        await EraseAsync(rig, [.. ids.Take(5_000)]);
        Assert.False((await rig.Log.Container.GetBlobClient(PredictionPaths.Profile(rig.Model, Start, 1, "inputs")).ExistsAsync(TestContext.Current.CancellationToken)).Value);
        var checks = await AssertSameAsync(rig, scans, Monitor, Start);
        Assert.All(checks, check => Assert.Equal(6 * Rows - 5_000, check.CurrentSize));
    }

    [Fact]
    public async Task RowsErasedWhileTheirHourIsKept_LeaveNothingBehind()
    {
        await using var rig = await RigAsync();
        var scans = new Reading(azurite.ConnectionString);
        var erased = (await rig.Log.IdsAsync(new PredictionQuery(rig.Model, Start, Start.AddHours(1)))).Take(10).ToHashSet();
        var path = PredictionPaths.Profile(rig.Model, Start, 1, "inputs");
        scans.Keeping = name =>
        {
            if (!name.EndsWith(path, StringComparison.Ordinal)) return;
            scans.Keeping = _ => { };
            EraseAsync(rig, erased).GetAwaiter().GetResult();
        };
        await scans.RunAsync(rig, Monitor, Start);
        Assert.False((await rig.Log.Container.GetBlobClient(path).ExistsAsync(TestContext.Current.CancellationToken)).Value);
        Assert.True((await rig.Log.Container.GetBlobClient(PredictionPaths.Profile(rig.Model, Start.AddHours(1), 1, "inputs")).ExistsAsync(TestContext.Current.CancellationToken)).Value);
        Assert.All(await AssertSameAsync(rig, scans, Monitor, Start), check => Assert.Equal(6 * Rows - 10, check.CurrentSize));
    }

    private static async Task EraseAsync(ScanRig rig, HashSet<PredictionId> ids)
    {
        var eraser = new PredictionEraser(rig.Log.Blobs, rig.Log.Reader, rig.Log.Compaction(),
            new TruthCompaction(rig.Log.Blobs, rig.Log.Reader, new TruthCounters(), NullLogger<PredictionReader>.Instance), Microsoft.Extensions.Options.Options.Create(rig.Log.Options));
        Assert.True(await eraser.EraseAsync(rig.Model, Start, ids, _ => Task.CompletedTask, TestContext.Current.CancellationToken));
    }

    /// <summary>Segments, even of a key that no row has, need the rows: so the same window is scanned in both ways.</summary>
    private static async Task<IReadOnlyList<FindingCheck>> AssertSameAsync(ScanRig rig, Reading scans, MonitorPolicy monitor, DateTimeOffset from)
    {
        var hours = await scans.RunAsync(rig, monitor, from);
        var rows = await scans.RunAsync(rig, monitor with { Segments = ["nobody"] }, from);
        Assert.Equal((rows.Rows, rows.Seen, rows.Outcome.Verdict), (hours.Rows, hours.Seen, hours.Outcome.Verdict));
        Assert.Equal(3, hours.Outcome.Checks.Count);
        foreach (var (hour, row) in hours.Outcome.Checks.OrderBy(check => check.Subject).Zip(rows.Outcome.Checks.OrderBy(check => check.Subject)))
        {
            Assert.Equal((row.Subject, row.Verdict, row.Method, row.Statistic, row.PValue, row.AdjustedPValue, row.Effect, row.ReferenceSize, row.CurrentSize),
                (hour.Subject, hour.Verdict, hour.Method, hour.Statistic, hour.PValue, hour.AdjustedPValue, hour.Effect, hour.ReferenceSize, hour.CurrentSize));
            Assert.Equal(row.Histograms!.Current.Sum(), hour.Histograms!.Current.Sum());
            Assert.Equal(row.Quantiles is null, hour.Quantiles is null);
            if (row.Quantiles is { } quantiles)
                Assert.All(quantiles.Current.Zip(hour.Quantiles!.Current), pair => Assert.InRange(pair.Second, pair.First - 3, pair.First + 3));
        }
        return hours.Outcome.Checks;
    }

    private async Task<ScanRig> RigAsync()
    {
        var rig = new ScanRig(azurite.ConnectionString, Start.AddDays(1));
        var random = new Random(1);
        var lines = Enumerable.Range(0, 3_000).Select(_ => string.Create(CultureInfo.InvariantCulture, $"{Age(random):F4},{random.Next(1, 6)},{random.Next(30)}"));
        await rig.BaselineAsync(1, "age,rooms,zone\n" + string.Join('\n', lines), BaselineRoles.None with { Types = new Dictionary<string, ColumnType> { ["zone"] = ColumnType.Categorical } });
        for (var hour = 0; hour < Hours; hour++)
        {
            await WriteAsync(rig, hour, shift: hour / 3.0);
            await rig.Log.Compaction().RunHourAsync(rig.Model, Start.AddHours(hour), TestContext.Current.CancellationToken);
        }
        return rig;
    }

    private static Task WriteAsync(ScanRig rig, int hour, double shift, Func<int, float>? rooms = null)
    {
        var random = new Random(100 + hour);
        var values = new float[Rows * 3];
        for (var row = 0; row < Rows; row++)
            (values[3 * row], values[3 * row + 1], values[3 * row + 2]) = ((float)(Age(random) + shift), rooms?.Invoke(row) ?? random.Next(1, 6), random.Next(30));
        return rig.WriteAsync(Version, Start.AddHours(hour).AddMinutes(10), values, new long[Rows], new float[Rows]);
    }

    private static double Age(Random random) => 20 + 50 * random.NextDouble() * random.NextDouble();

    /// <summary>Scans whose downloads of compacted files are counted.</summary>
    private sealed class Reading : HttpPipelineSynchronousPolicy
    {
        private readonly DriftScans scans;
        private readonly WindowReader window;
        private long bytes;
        private int baselineReads;

        public Reading(string connection)
        {
            var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05);
            options.AddPolicy(this, HttpPipelinePosition.PerRetry);
            var blobs = new BlobServiceClient(connection, options);
            var reader = new PredictionReader(blobs, NullLogger<PredictionReader>.Instance);
            window = new(reader, new PredictionJoin(reader, new TruthReader(blobs, NullLogger<PredictionReader>.Instance)));
            scans = new(window, new References(window, new BaselineStore(blobs)), new HourProfiles(reader, window, blobs));
        }

        /// <summary>Is told each profile's path before it is sent.</summary>
        public Action<string> Keeping { get; set; } = _ => { };

        /// <summary>Columns of baselines that were downloaded.</summary>
        public int BaselineReads => baselineReads;

        public override void OnSendingRequest(HttpMessage message)
        {
            var path = Uri.UnescapeDataString(message.Request.Uri.Path);
            if (message.Request.Method == RequestMethod.Put && path.Contains("/_profiles/", StringComparison.Ordinal)) Keeping(path);
            if (message.Request.Method == RequestMethod.Get && path.Contains($"/{StorageNames.BaselinesContainer}/", StringComparison.Ordinal) && path.EndsWith(".bin", StringComparison.Ordinal)) Interlocked.Increment(ref baselineReads);
        }

        public override void OnReceivedResponse(HttpMessage message)
        {
            if (message.Request.Method == RequestMethod.Get && message.Request.Uri.Path.EndsWith(".parquet", StringComparison.Ordinal))
                Interlocked.Add(ref bytes, message.Response.Headers.ContentLengthLong ?? 0);
        }

        public Task<ScanResult> RunAsync(ScanRig rig, MonitorPolicy monitor, DateTimeOffset from) => scans.RunAsync(Query(rig, from) with { Segments = monitor.Segments }, monitor, TestContext.Current.CancellationToken);

        public Task<WindowRows> CountAsync(ScanRig rig, DateTimeOffset from) => window.CountRowsAsync(Query(rig, from), TestContext.Current.CancellationToken);

        public async Task<long> BytesAsync(Func<Task> work)
        {
            var before = Interlocked.Read(ref bytes);
            await work();
            return Interlocked.Read(ref bytes) - before;
        }

        private static WindowQuery Query(ScanRig rig, DateTimeOffset from) => new(rig.Model, new(from, from.AddHours(6)), Signal.FeatureDrift) { Types = new Dictionary<string, ColumnType> { ["zone"] = ColumnType.Categorical } };
    }
}
