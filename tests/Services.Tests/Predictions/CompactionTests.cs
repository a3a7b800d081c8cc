using Apache.Arrow;
using DuckDB.NET.Data;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.Services.Tests.Predictions;

public sealed class CompactionTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Hour = new(2025, 3, 4, 5, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Run_OnAClosedHour_KeepsEveryRowOnce()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var written = await FillAsync(rig);
        var before = await rig.IdsAsync();
        var result = await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        Assert.Equal(written.Order(), before.Order());
        Assert.Equal(written.Order(), (await rig.IdsAsync()).Order());
        Assert.Equal((written.Count, 0), ((int)result.Rows, (int)result.DebtBytes));
    }

    [Fact]
    public async Task Run_Twice_DoesNothingNew()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        await FillAsync(rig);
        await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        var files = await rig.FilesAsync();
        Assert.Equal(0, (await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default)).Parts);
        Assert.Equal(files, await rig.FilesAsync());
    }

    [Fact]
    public async Task Run_OnAnOpenHour_LeavesIt()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        await rig.WriteAsync(log);
        await log.FlushAsync(default);
        Assert.Equal(default, await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default));
    }

    [Fact]
    public async Task Run_WhenLateRowsFollow_CompactsThemToo()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        var first = await rig.WriteAsync(log, at: Hour);
        await log.FlushAsync(default);
        await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        var late = await rig.WriteAsync(log, at: Hour.AddMinutes(1));
        await log.FlushAsync(default);
        Assert.Equal([first, late], await rig.IdsAsync());
        Assert.Equal(1, (await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default)).Parts);
        Assert.Equal([first, late], await rig.IdsAsync());
    }

    [Fact]
    public async Task Run_AfterTheGrace_DeletesWhatWasReplaced_AndTheWriterGoesOn()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        var first = await rig.WriteAsync(log, at: Hour);
        await log.FlushAsync(default);
        rig.Options.Grace = TimeSpan.Zero;
        Assert.Equal(1, (await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default)).Deleted);
        Assert.EndsWith("part-000001.parquet", Assert.Single(await rig.FilesAsync()));
        var late = await rig.WriteAsync(log, at: Hour.AddMinutes(1));
        await log.FlushAsync(default);
        Assert.Equal([first, late], await rig.IdsAsync());
    }

    [Theory]
    [InlineData((int)CompactionStep.Write)]
    [InlineData((int)CompactionStep.Commit)]
    [InlineData((int)CompactionStep.Sweep)]
    [InlineData((int)CompactionStep.Delete)]
    public async Task Run_CrashedAtAStep_LosesNothingAndIsFinishedByTheNext(int step)
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var written = await FillAsync(rig);
        rig.Options.Grace = TimeSpan.Zero;
        var crashing = rig.Compaction();
        crashing.Before = now =>
        {
            if (now == (CompactionStep)step) throw new IOException("crash");
        };
        await Assert.ThrowsAsync<IOException>(() => crashing.RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default));
        Assert.Equal(written.Order(), (await rig.IdsAsync()).Order());
        await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        Assert.Equal(written.Order(), (await rig.IdsAsync()).Order());
        Assert.DoesNotContain(await rig.FilesAsync(), file => file.EndsWith(".fresh", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_ByTwoInstancesAtOnce_KeepsEveryRowOnce()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var written = await FillAsync(rig);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default)));
        Assert.Equal(written.Order(), (await rig.IdsAsync()).Order());
    }

    [Fact]
    public async Task Read_WhileCompactionRuns_SeesEveryRowOnce()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var written = await FillAsync(rig);
        var compaction = rig.Compaction();
        var seen = new List<List<PredictionId>>();
        compaction.Before = _ => seen.Add(rig.IdsAsync().GetAwaiter().GetResult());
        await compaction.RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        Assert.NotEmpty(seen);
        Assert.All(seen, ids => Assert.Equal(written.Order(), ids.Order()));
    }

    [Fact]
    public async Task Find_InParquetAndInFreshBlobs_GivesTheRow()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        var request = await rig.WriteAsync(log, rows: 300, at: Hour);
        await log.FlushAsync(default);
        foreach (var compact in (bool[])[false, true])
        {
            if (compact) await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
            var row = await rig.Reader.FindAsync(rig.Model, PredictionId.Parse($"{request}:299"), new(), default);
            Assert.Equal(1, row!.Length);
            Assert.Equal(299f, ((FloatArray)row.Column("input_numbers_0")).GetValue(0));
            Assert.Null(await rig.Reader.FindAsync(rig.Model, request.ForRow(300), new(), default));
        }
    }

    [Fact]
    public async Task Page_WhileRowsMoveAndArrive_NeitherRepeatsNorHides()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        var written = new List<PredictionId>();
        for (var request = 0; request < 20; request++) written.AddRange(LogRig.Rows(await rig.WriteAsync(log, 5, Hour.AddMinutes(request * 5)), 5));
        await log.FlushAsync(default);
        var paged = new List<PredictionId>();
        PredictionId? after = null;
        do
        {
            var page = await rig.Reader.PageAsync(rig.All, after, 7, new(), default);
            paged.AddRange(page.Rows.Select(row => row.Id));
            after = page.Next;
            if (paged.Count == 28) await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
            if (paged.Count == 49) await rig.WriteAsync(log, 5, Hour);
            await log.FlushAsync(default);
        }
        while (after is not null);
        Assert.Equal(written, paged);
    }

    [Fact]
    public async Task Read_ByWindowVersionVariantAndStatus_GivesThoseRowsOnly()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        var early = await rig.WriteAsync(log, at: Hour.AddMinutes(10));
        var canary = await rig.WriteAsync(log, at: Hour.AddMinutes(20), version: 2, variant: "canary");
        var failed = await rig.WriteAsync(log, at: Hour.AddMinutes(30), status: 500);
        await log.FlushAsync(default);
        foreach (var compact in (bool[])[false, true])
        {
            if (compact) await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
            Assert.Equal([early], await rig.IdsAsync(new(rig.Model, Hour, Hour.AddMinutes(15))));
            Assert.Equal([canary, failed], await rig.IdsAsync(new(rig.Model, Hour.AddMinutes(20), Hour.AddDays(1))));
            Assert.Equal([canary], await rig.IdsAsync(rig.All with { Version = 2 }));
            Assert.Equal([canary], await rig.IdsAsync(rig.All with { Variant = "canary" }));
            Assert.Equal([failed], await rig.IdsAsync(rig.All with { Status = 500 }));
            Assert.Empty(await rig.IdsAsync(rig.All with { Status = 500, Version = 2 }));
        }
    }

    [Fact]
    public async Task Parquet_OpenedByDuckDB_HoldsWhatWasWritten()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var written = await FillAsync(rig);
        await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        var root = await DownloadAsync(rig);
        using var database = new DuckDBConnection("DataSource=:memory:");
        await database.OpenAsync();
        var command = database.CreateCommand();
        command.CommandText = $"SELECT id, model, date, hour, epoch_ms(time), input_numbers_0, input_colour, output_label, status, total_us FROM read_parquet('{root}/**/*.parquet', hive_partitioning = true)";
        using var rows = await command.ExecuteReaderAsync();
        var seen = new List<PredictionId>();
        while (await rows.ReadAsync())
        {
            var id = PredictionId.Parse(rows.GetString(0));
            seen.Add(id);
            Assert.Equal(rig.Model.Value, rows.GetString(1));
            Assert.Equal((id.Time.Hour, id.Milliseconds), (int.Parse(rows.GetValue(3).ToString()!, null), rows.GetInt64(4)));
            Assert.Equal(LogRig.Numbers(id)[0], rows.GetFloat(5));
            Assert.Equal(id.Row % 3 == 2, await rows.IsDBNullAsync(6));
            Assert.Equal((id.Row % 2, 200, 120), ((int)rows.GetInt64(7), rows.GetInt32(8), rows.GetInt32(9)));
        }
        Assert.Equal(written.Order(), seen.Order());
        Directory.Delete(root, recursive: true);
    }

    private static async Task<List<PredictionId>> FillAsync(LogRig rig)
    {
        var written = new List<PredictionId>();
        foreach (var log in (PredictionLog[])[rig.Log(), rig.Log()])
        {
            for (var request = 0; request < 12; request++) written.AddRange(LogRig.Rows(await rig.WriteAsync(log, request + 1, Hour.AddMinutes(request * 10)), request + 1));
            await log.FlushAsync(default);
        }
        return written;
    }

    private static async Task<string> DownloadAsync(LogRig rig)
    {
        var root = Directory.CreateTempSubdirectory("parquet").FullName;
        foreach (var file in (await rig.FilesAsync()).Where(file => file.EndsWith(".parquet", StringComparison.Ordinal)))
        {
            var target = Path.Combine(root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await rig.Container.GetBlobClient(file).DownloadToAsync(target);
        }
        return root;
    }
}

internal static class IdOrder
{
    public static IEnumerable<PredictionId> Order(this IEnumerable<PredictionId> ids) => ids.OrderBy(id => id.ToString(), StringComparer.Ordinal);
}
