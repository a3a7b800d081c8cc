using System.Text;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DuckDB.NET.Data;
using Serverless.Core.Problems;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Services.Tests.Predictions.Truth;

public sealed class TruthFaultTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Noon = new(2025, 3, 5, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData((int)Fault.Error)]
    [InlineData((int)Fault.Busy)]
    [InlineData((int)Fault.BrokenRequest)]
    [InlineData((int)Fault.LostAnswer)]
    [InlineData((int)Fault.TornAnswer)]
    [InlineData((int)Fault.DoneButError)]
    public async Task Append_WhenEveryOtherIsHitByAFault_KeepsEachStatementOnce(int fault)
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = await rig.PredictAsync(20);
        var appends = 0;
        await using var proxy = await FaultyStorage.StartAsync(azurite.ConnectionString, request => request.Method == "PUT" && Interlocked.Increment(ref appends) % 2 == 0 ? (Fault)fault : Fault.None);
        var service = rig.Service(proxy.ConnectionString);
        foreach (var id in ids) await TruthRig.LabelAsync(service, rig, (id, "a", Noon));
        Assert.True(appends > 20);
        Assert.Equal(ids.Select(id => TruthRig.Line(id, "a", Noon)), await rig.ReadAsync(history: true));
    }

    [Fact]
    public async Task Post_WhileStorageIsAway_IsUnavailableAndRepeatedLaterStoredOnce()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = await rig.PredictAsync(2);
        var fault = Fault.None;
        await using var proxy = await FaultyStorage.StartAsync(azurite.ConnectionString, request => request.Query["comp"] == "appendblock" ? fault : Fault.None);
        var service = rig.Service(proxy.ConnectionString);
        await TruthRig.LabelAsync(service, rig, (ids[0], "a", Noon));
        // Away altogether; then every append is done, and none is answered.
        foreach (var kind in (Fault[])[Fault.Busy, Fault.LostAnswer])
        {
            fault = kind;
            var problem = await Assert.ThrowsAsync<ProblemException>(() => TruthRig.LabelAsync(service, rig, (ids[1], "b", Noon)));
            Assert.Equal((ProblemKind.Unavailable, true), (problem.Kind, problem.RetryAfter > TimeSpan.Zero));
        }
        fault = Fault.None;
        var answer = await TruthRig.LabelAsync(service, rig, (ids[0], "a", Noon), (ids[1], "b", Noon));
        Assert.Equal((0, 2), (answer.Accepted, answer.Duplicates));
        Assert.Equal([TruthRig.Line(ids[0], "a", Noon), TruthRig.Line(ids[1], "b", Noon)], await rig.ReadAsync(history: true));
    }

    [Theory]
    [InlineData((int)CompactionStep.Write)]
    [InlineData((int)CompactionStep.Commit)]
    [InlineData((int)CompactionStep.Sweep)]
    [InlineData((int)CompactionStep.Delete)]
    public async Task Compaction_ThatCrashes_ChangesNothingThatIsReadAndTheNextRunEndsIt(int step)
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var wanted = await FillAsync(rig);
        var crashing = rig.Compaction();
        crashing.Before = at =>
        {
            if ((int)at == step) throw new IOException("crash");
        };
        await Assert.ThrowsAsync<IOException>(() => crashing.RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default));
        Assert.Equal(wanted, await rig.ReadAsync(history: true));
        await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        Assert.Equal(wanted, await rig.ReadAsync(history: true));
        Assert.All(await rig.FilesAsync(), file => Assert.EndsWith("/part-000001.parquet", file, StringComparison.Ordinal));
        Assert.Equal(2, (await rig.FilesAsync()).Count);
    }

    [Fact]
    public async Task Compaction_OnTwoInstancesBesideWritersAndReaders_LosesNothing()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = await rig.PredictAsync(60);
        TruthService[] services = [rig.Service(), rig.Service()];
        var writing = Parallel.ForEachAsync(ids.Chunk(2), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (pair, _) =>
        {
            foreach (var (id, at) in pair.Select((id, at) => (id, at))) await TruthRig.LabelAsync(services[at], rig, (id, "a", Noon), (id, "b", Noon.AddHours(1)));
        });
        var compacting = Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!writing.IsCompleted) await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        })));
        var seen = new List<int>();
        while (!writing.IsCompleted) seen.Add((await rig.ReadAsync(history: true)).Count);
        await Task.WhenAll(writing, compacting);
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(120, (await rig.ReadAsync(history: true)).Count);
        await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        Assert.Equal(ids.Select(id => TruthRig.Line(id, "b", Noon.AddHours(1))), await rig.ReadAsync());
        Assert.Single(await rig.FilesAsync());
    }

    [Fact]
    public async Task Read_OvertakenByCompaction_BeginsAnew()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var wanted = await FillAsync(rig);
        var files = new TruthFiles(rig.Predictions.Blobs, TruthKind.Labels, Microsoft.Extensions.Logging.Abstractions.NullLogger<PredictionReader>.Instance);
        // One listing with blobs that are gone by then, one with a Parquet that is replaced by then.
        foreach (var _ in (int[])[1, 2])
        {
            var listed = await files.ListAsync(rig.Model, TruthRig.Hour, default);
            await rig.LabelAsync((TruthRig.NewId(), "late", Noon));
            await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
            var rows = await files.ReadAsync(rig.Model, TruthRig.Hour, listed, null, new(), default);
            Assert.Equal((await rig.ReadAsync(history: true)).Where(line => PredictionId.Parse(line[..36]).Time < TruthRig.Hour.AddHours(1)), rows.Select(TruthRig.Line));
            Assert.Subset(rows.Select(TruthRig.Line).ToHashSet(), wanted.Take(40).ToHashSet());
        }
    }

    [Fact]
    public async Task Compaction_OfDamagedFiles_KeepsThemAndReadsTheRest()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var wanted = await FillAsync(rig);
        var torn = rig.Container().GetAppendBlobClient(PredictionPaths.Fresh(rig.Model, TruthRig.Hour, "aa", 1));
        await torn.CreateAsync();
        await torn.AppendBlockAsync(new MemoryStream(Encoding.UTF8.GetBytes("not a block at all, and longer than a head of one")));
        await rig.Container().UploadBlobAsync(PredictionPaths.Hour(rig.Model, TruthRig.Hour) + "notes.txt", BinaryData.FromString("hello"));
        for (var round = 0; round < 2; round++)
        {
            await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
            var report = new ReadReport();
            Assert.Equal(wanted, await rig.ReadAsync(history: true, report: report));
            Assert.Contains(report.Flaws, flaw => flaw.Path.EndsWith("notes.txt", StringComparison.Ordinal));
            Assert.Contains(torn.Name, await rig.FilesAsync());
        }
    }

    [Fact]
    public async Task Compaction_OverAParquetThatDoesNotRead_LeavesEverythingWhereItIs()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        await FillAsync(rig);
        var path = PredictionPaths.Part(rig.Model, TruthRig.Hour, 1);
        await rig.Container().GetBlobClient(path).UploadAsync(BinaryData.FromString("PAR1 not parquet PAR1"), new BlobUploadOptions { Metadata = new Dictionary<string, string> { [Partition.Covers] = "" } });
        var before = await rig.ReadAsync(history: true);
        await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        var report = new ReadReport();
        Assert.Equal(before, await rig.ReadAsync(history: true, report: report));
        Assert.Contains(report.Flaws, flaw => flaw.Path == path);
        Assert.Equal("PAR1 not parquet PAR1", (await rig.Container().GetBlobClient(path).DownloadContentAsync()).Value.Content.ToString());
        Assert.Contains(await rig.FilesAsync(), file => file.StartsWith(PredictionPaths.Hour(rig.Model, TruthRig.Hour) + "_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Parquet_OpenedByDuckDB_JoinsItsPredictions()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        await FillAsync(rig);
        await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        await rig.Predictions.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        var root = Directory.CreateTempSubdirectory("truth").FullName;
        foreach (var container in (string[])[PredictionPaths.Container, PredictionPaths.LabelsContainer])
            await foreach (var blob in rig.Predictions.Blobs.GetBlobContainerClient(container).GetBlobsAsync(BlobTraits.None, BlobStates.None, PredictionPaths.Model(rig.Model), default))
            {
                if (!blob.Name.EndsWith(".parquet", StringComparison.Ordinal)) continue;
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, container, blob.Name))!);
                await rig.Predictions.Blobs.GetBlobContainerClient(container).GetBlobClient(blob.Name).DownloadToAsync(Path.Combine(root, container, blob.Name));
            }
        using var database = new DuckDBConnection("DataSource=:memory:");
        await database.OpenAsync();
        using var command = database.CreateCommand();
        command.CommandText = $"""
            WITH latest AS (SELECT id, arg_max(label, (label_time, label_type, label)) AS label FROM read_parquet('{root}/labels/**/*.parquet', hive_partitioning = true) GROUP BY id)
            SELECT count(*), count(latest.label), count(*) FILTER (latest.label = 'b') FROM read_parquet('{root}/predictions/**/*.parquet', hive_partitioning = true) AS p LEFT JOIN latest USING (id)
            """;
        using var rows = await command.ExecuteReaderAsync();
        Assert.True(await rows.ReadAsync());
        Assert.Equal((40L, 30L, 20L), (rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(2)));
        Directory.Delete(root, recursive: true);
    }

    // Forty predictions of two hours; the first 20 corrected, 10 with one label, 10 without. What was said, in order.
    private static async Task<List<string>> FillAsync(TruthRig rig)
    {
        var ids = await rig.PredictAsync(20);
        ids.AddRange(await rig.PredictAsync(20, TruthRig.Hour.AddHours(1)));
        TruthService[] services = [rig.Service(), rig.Service()];
        var lines = new List<string>();
        for (var at = 0; at < 30; at++)
        {
            await TruthRig.LabelAsync(services[at % 2], rig, (ids[at], "a", Noon));
            lines.Add(TruthRig.Line(ids[at], "a", Noon));
            if (at >= 20) continue;
            await TruthRig.LabelAsync(services[at % 2], rig, (ids[at], "b", Noon.AddHours(1)));
            lines.Add(TruthRig.Line(ids[at], "b", Noon.AddHours(1)));
        }
        return lines;
    }
}
