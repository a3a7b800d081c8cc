using Apache.Arrow;
using Microsoft.Extensions.Logging.Abstractions;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.Services.Tests.Predictions;

/// <summary>What shadows said stands in the log under the ids of what callers were told, and only who asks for it reads it.</summary>
public sealed class ShadowRowsTests(AzuriteFixture azurite)
{
    private const int Requests = 6;
    private const int Rows = 2;
    private static readonly DateTimeOffset Hour = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_ThatAsksForNoShadows_SeesEachPredictionOnce(bool compacted)
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var ids = await FillAsync(rig, compacted);
        Assert.Equal(ids, await IdsAsync(rig, rig.All));
        Assert.Equal(ids, await IdsAsync(rig, rig.All with { Status = 200, Version = 1 }));
        Assert.Empty(await IdsAsync(rig, rig.All with { Version = 2 }));
        Assert.Equal(ids, await IdsAsync(rig, rig.All with { Variant = "shadow", Version = 2 }));
        Assert.Equal(ids.SelectMany(id => Enumerable.Repeat(id, 2)), await IdsAsync(rig, rig.All with { Variant = "shadow" }));
        Assert.Equal(ids.SelectMany(id => Enumerable.Repeat(id, 3)), await IdsAsync(rig, rig.All with { Shadows = true }));
        Assert.Equal(ids, await IdsAsync(rig, rig.All with { Variant = "champion" }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Find_OfAnId_GivesWhatItsCallerWasTold(bool compacted)
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        foreach (var id in await FillAsync(rig, compacted))
        {
            using var batch = await rig.Reader.FindAsync(rig.Model, id, new(), default);
            Assert.Equal((1, 1), (batch!.Length, ((Int32Array)batch.Column("version")).GetValue(0)));
        }
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 5)]
    [InlineData(true, 1)]
    [InlineData(true, 5)]
    public async Task Pages_OfShadows_SplitNoIdAndLoseNone(bool compacted, int size)
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var ids = await FillAsync(rig, compacted);
        Assert.Equal(ids.SelectMany(id => Enumerable.Repeat(id, 2)), await PagesAsync(rig, rig.All with { Variant = "shadow" }, size));
        Assert.Equal(ids, await PagesAsync(rig, rig.All, size));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Erase_OfAnEntity_TakesWhatShadowsSaidOfIt(bool compacted)
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var ids = await FillAsync(rig, compacted);
        var eraser = new PredictionEraser(rig.Blobs, rig.Reader, rig.Compaction(),
            new TruthCompaction(rig.Blobs, rig.Reader, new TruthCounters(), NullLogger<PredictionReader>.Instance), Microsoft.Extensions.Options.Options.Create(rig.Options));
        var erased = 0;
        await foreach (var (hour, found) in eraser.FindAsync(rig.Model, eraser.Match("c-0", null, Hour.AddHours(3)), default))
        {
            erased += found.Count;
            Assert.True(await eraser.EraseAsync(rig.Model, hour, found, _ => Task.CompletedTask, default));
        }
        // Half of the requests were this customer's; a row that shadows follow is one row to its caller.
        Assert.Equal(ids.Count / 2, erased);
        var left = await IdsAsync(rig, rig.All);
        Assert.Equal(ids.Count / 2, left.Count);
        Assert.Equal(left.SelectMany(id => Enumerable.Repeat(id, 3)), await IdsAsync(rig, rig.All with { Shadows = true }));
    }

    [Fact]
    public async Task Lookup_OfIds_KnowsOnlyWhatCallersWereTold()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var ids = await FillAsync(rig, compacted: true);
        Assert.Equal(ids.ToHashSet(), await new PredictionLookup(rig.Reader).FindAsync(rig.Model, ids.ToHashSet(), default));
    }

    private static async Task<List<PredictionId>> FillAsync(LogRig rig, bool compacted)
    {
        var ids = new List<PredictionId>();
        var log = rig.Log();
        for (var request = 0; request < Requests; request++)
        {
            var id = new PredictionId(Guid.CreateVersion7(Hour.AddSeconds(request))).Request;
            var header = LogRig.Header(id, Rows) with { Entities = [new("customer", $"c-{request % 2}")] };
            await rig.WriteAsync(log, header);
            foreach (var version in (int[])[2, 3]) await rig.WriteAsync(log, header with { Version = version, Variant = "shadow" });
            ids.AddRange(LogRig.Rows(id, Rows));
        }
        await log.FlushAsync(default);
        if (compacted) await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        return ids;
    }

    private static async Task<List<PredictionId>> IdsAsync(LogRig rig, PredictionQuery query) => [.. (await rig.IdsAsync(query)).OrderBy(id => id.ToString(), StringComparer.Ordinal)];

    private static async Task<List<PredictionId>> PagesAsync(LogRig rig, PredictionQuery query, int size)
    {
        var ids = new List<PredictionId>();
        PredictionId? after = null;
        do
        {
            var page = await rig.Reader.PageAsync(query, after, size, new(), default);
            ids.AddRange(page.Rows.Select(row => row.Id));
            after = page.Next;
        }
        while (after is not null);
        return ids;
    }
}
