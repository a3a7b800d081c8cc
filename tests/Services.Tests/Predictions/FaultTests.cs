using System.Text;
using Azure.Storage.Blobs.Specialized;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Services.Tests.Predictions;

public sealed class FaultTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Hour = new(2025, 3, 4, 5, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData((int)Fault.Error)]
    [InlineData((int)Fault.Busy)]
    [InlineData((int)Fault.Refused)]
    [InlineData((int)Fault.BrokenRequest)]
    [InlineData((int)Fault.LostAnswer)]
    [InlineData((int)Fault.TornAnswer)]
    [InlineData((int)Fault.DoneButError)]
    [InlineData((int)Fault.Silence)]
    public async Task Write_WhenEveryThirdRequestFails_StoresEveryRowOnce(int fault)
    {
        var requests = 0;
        await WriteThroughAsync(_ => Interlocked.Increment(ref requests) % 3 == 0 ? (Fault)fault : Fault.None, rounds: 8);
        Assert.True(requests > 8);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Write_UnderRandomFaults_StoresEveryRowOnce(int seed)
    {
        var random = new Random(seed);
        Fault[] faults = [Fault.Error, Fault.Busy, Fault.Refused, Fault.BrokenRequest, Fault.LostAnswer, Fault.TornAnswer, Fault.DoneButError];
        await WriteThroughAsync(_ =>
        {
            lock (random) return random.Next(2) == 0 ? faults[random.Next(faults.Length)] : Fault.None;
        }, rounds: 15);
    }

    [Fact]
    public async Task Write_AfterAnOutage_CatchesUp()
    {
        var away = true;
        await using var rig = new LogRig(azurite.ConnectionString);
        await using var proxy = await FaultyStorage.StartAsync(azurite.ConnectionString, _ => away ? Fault.Busy : Fault.None);
        var log = rig.Log(proxy.ConnectionString);
        var written = new List<PredictionId>();
        for (var request = 0; request < 30; request++) written.AddRange(LogRig.Rows(await rig.WriteAsync(log, 10), 10));
        Assert.Equal(0, rig.Counters.Snapshot().Flushed);
        away = false;
        await log.FlushAsync(default);
        Assert.Equal(written.Order(), (await rig.IdsAsync()).Order());
    }

    [Fact]
    public async Task Write_WhenTheAnswerWasLostAndTheBlobIsCompactedAndGone_StoresTheRowsOnce()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        rig.Options.Grace = TimeSpan.Zero;
        var appends = 0;
        var swept = false;
        await using var proxy = await FaultyStorage.StartAsync(azurite.ConnectionString, request =>
        {
            if (request.Query["comp"] != "appendblock") return Fault.None;
            if (++appends == 2) return Fault.LostAnswer;
            // Between the lost answer and the next try the blob is compacted and swept.
            if (appends == 3) swept = rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default).GetAwaiter().GetResult().Deleted == 1;
            return Fault.None;
        });
        var log = rig.Log(proxy.ConnectionString);
        var first = await rig.WriteAsync(log, at: Hour);
        await log.FlushAsync(default);
        var second = await rig.WriteAsync(log, at: Hour.AddMinutes(1));
        await log.FlushAsync(default);
        Assert.True(swept);
        Assert.Equal([first, second], await rig.IdsAsync());
        Assert.EndsWith(".parquet", Assert.Single(await rig.FilesAsync()));
    }

    [Fact]
    public async Task Read_OfDamagedAndForeignFiles_NamesThemAndReadsTheRest()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        var kept = await rig.WriteAsync(log, 5, Hour);
        await log.FlushAsync(default);
        var fresh = Assert.Single(await rig.FilesAsync());
        var whole = (await rig.Container.GetBlobClient(fresh).DownloadContentAsync()).Value.Content.ToArray();
        var flipped = whole.ToArray();
        flipped[^20] ^= 0x40;
        await AppendAsync(rig, PredictionPaths.Fresh(rig.Model, Hour, "aa", 1), flipped);
        await AppendAsync(rig, PredictionPaths.Fresh(rig.Model, Hour, "bb", 1), whole[..^10]);
        await AppendAsync(rig, PredictionPaths.Fresh(rig.Model, Hour, "cc", 1), Encoding.UTF8.GetBytes("not a block at all, and longer than a head of one"));
        await rig.Container.UploadBlobAsync(PredictionPaths.Hour(rig.Model, Hour) + "notes.txt", BinaryData.FromString("hello"));
        var foreign = rig.Container.GetBlobClient(PredictionPaths.Part(rig.Model, Hour, 9));
        await foreign.UploadAsync(BinaryData.FromString("PAR1 not parquet PAR1"), new Azure.Storage.Blobs.Models.BlobUploadOptions { Metadata = new Dictionary<string, string> { [Partition.Covers] = "" } });

        foreach (var compact in (bool[])[false, true])
        {
            if (compact) await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
            var report = new ReadReport();
            Assert.Equal(LogRig.Rows(kept, 5), await rig.IdsAsync(report: report));
            foreach (var name in compact ? (string[])["notes.txt", "part-000009.parquet"] : ["_aa-0001.fresh", "_bb-0001.fresh", "_cc-0001.fresh", "notes.txt", "part-000009.parquet"])
                Assert.Contains(report.Flaws, flaw => flaw.Path.EndsWith(name, StringComparison.Ordinal));
        }
        // What could not be read is kept for whoever wants to look.
        rig.Options.Grace = TimeSpan.Zero;
        await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        var left = await rig.FilesAsync();
        Assert.DoesNotContain(fresh, left);
        Assert.Equal(3, left.Count(file => file.EndsWith(".fresh", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Read_AcrossADamagedBlock_FindsTheNextOne()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        var ids = new List<PredictionId>();
        for (var request = 0; request < 3; request++)
        {
            ids.Add(await rig.WriteAsync(log, 1, Hour));
            await log.FlushAsync(default);
        }
        var path = Assert.Single(await rig.FilesAsync());
        var bytes = (await rig.Container.GetBlobClient(path).DownloadContentAsync()).Value.Content.ToArray();
        var last = bytes.AsSpan().LastIndexOf(BitConverter.GetBytes(Frame.Magic));
        var middle = bytes.AsSpan(0, last).LastIndexOf(BitConverter.GetBytes(Frame.Magic));
        bytes[middle + Frame.HeadBytes + 9] ^= 1;
        await rig.Container.GetBlobClient(path).DeleteAsync();
        await AppendAsync(rig, path, bytes);
        var report = new ReadReport();
        Assert.Equal([ids[0], ids[2]], await rig.IdsAsync(report: report));
        var flaw = Assert.Single(report.Flaws);
        Assert.Equal((middle, last), ((int)flaw.From, (int)flaw.To));
    }

    private static async Task AppendAsync(LogRig rig, string path, byte[] bytes)
    {
        var blob = rig.Container.GetAppendBlobClient(path);
        await blob.CreateAsync();
        await blob.AppendBlockAsync(new MemoryStream(bytes));
    }

    // Two writers at once; every row is looked for through a connection without faults.
    private async Task WriteThroughAsync(Func<Microsoft.AspNetCore.Http.HttpRequest, Fault> fault, int rounds)
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        rig.Options.MaximumBlocks = 4;
        await using var proxy = await FaultyStorage.StartAsync(azurite.ConnectionString, fault);
        var written = new List<PredictionId>();
        var logs = (PredictionLog[])[rig.Log(proxy.ConnectionString), rig.Log(proxy.ConnectionString)];
        for (var round = 0; round < rounds; round++)
        {
            foreach (var log in logs) written.AddRange(LogRig.Rows(await rig.WriteAsync(log, round + 1), round + 1));
            await Task.WhenAll(logs.Select(log => log.FlushAsync(default)));
        }
        Assert.Equal(written.Order(), (await rig.IdsAsync()).Order());
        Assert.Equal((written.Count, 0), ((int)rig.Counters.Snapshot().Flushed, (int)rig.Counters.Snapshot().Pending));
    }
}
