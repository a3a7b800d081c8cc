using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Apache.Arrow;
using Microsoft.Extensions.Logging.Abstractions;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Services.Tests.Predictions;

/// <summary>Tensors too large for their rows, as blobs beside them.</summary>
public sealed class LargeTensorTests(AzuriteFixture azurite)
{
    private const int Values = 3 * 20 * 20;
    private static readonly DateTimeOffset Hour = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly LoggingPolicy Blob = new() { LargeTensors = LargeTensors.Blob, LargeTensorBytes = 1000, FlushAfter = TimeSpan.FromMilliseconds(200) };

    [Fact]
    public async Task Write_OfLargeTensors_KeepsEachOnceUnderTheHashThatItsRowHas()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        for (var request = 0; request < 4; request++) await WriteAsync(rig, log, Blob, Hour.AddMinutes(request), request % 2, 7);
        await log.FlushAsync(default);
        Assert.Equal(3, (await TensorsAsync(rig)).Count);
        await AssertReferencesAsync(rig, 8);

        await rig.Compaction().RunHourAsync(rig.Model, Hour, default);
        await AssertReferencesAsync(rig, 8);
        Assert.Equal(8, (await rig.IdsAsync()).Count);
    }

    [Theory]
    [InlineData(LargeTensors.Hash, null)]
    [InlineData(LargeTensors.Blob, FeatureRuleKind.Hash)]
    public async Task Write_WhenThePolicyKeepsHashesOnly_LeavesNoBlob(LargeTensors kept, FeatureRuleKind? rule)
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        var features = rule is { } kind ? new Dictionary<string, FeatureRule> { ["x"] = new(kind) } : [];
        await WriteAsync(rig, log, Blob with { LargeTensors = kept, Features = features }, Hour, 1);
        await log.FlushAsync(default);
        Assert.Empty(await TensorsAsync(rig));
        Assert.Single(await HashesAsync(rig));
    }

    [Theory]
    [InlineData((int)Fault.Error)]
    [InlineData((int)Fault.Refused)]
    [InlineData((int)Fault.BrokenRequest)]
    [InlineData((int)Fault.LostAnswer)]
    [InlineData((int)Fault.DoneButError)]
    public async Task Write_WhenStorageFails_NeverLeavesARowWithoutItsTensor(int fault)
    {
        var (tensors, appends, early) = (new System.Collections.Concurrent.ConcurrentDictionary<string, int>(), 0, 0);
        await using var rig = new LogRig(azurite.ConnectionString);
        await using var proxy = await FaultyStorage.StartAsync(azurite.ConnectionString, request =>
        {
            var put = request.Path.Value!.EndsWith(".bin", StringComparison.Ordinal);
            if (request.Query["comp"] == "appendblock" && Interlocked.Increment(ref appends) > 0 && TensorsAsync(rig).GetAwaiter().GetResult().Count < 5) Interlocked.Increment(ref early);
            return put && tensors.AddOrUpdate(request.Path, 1, (_, count) => count + 1) == 1 ? (Fault)fault : Fault.None;
        });
        var log = rig.Log(proxy.ConnectionString);
        await WriteAsync(rig, log, Blob, Hour, 1, 2, 3, 4, 5);
        await log.FlushAsync(default);
        Assert.Equal((5, 0), (tensors.Count, early));
        await AssertReferencesAsync(rig, 5);
    }

    [Fact]
    public async Task Write_OfLargeTensors_CountsThemInTheMemoryThatIsBounded()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        rig.Options.MaximumBytes = 1 << 20;
        await using var proxy = await FaultyStorage.StartAsync(azurite.ConnectionString, _ => Fault.Busy);
        var log = rig.Log(proxy.ConnectionString);
        var (schema, refused) = (Schema(Blob), 0);
        for (var request = 0; request < 400; request++)
            if (!await TryWriteAsync(rig, log, schema, Hour, request)) refused++;
        Assert.InRange(refused, 100, 399);
        Assert.InRange(rig.Counters.Snapshot().PendingBytes, 1 << 20, (1 << 20) + (3 * Values * sizeof(float)));
    }

    [Fact]
    public async Task Retention_OfADay_TakesItsTensors()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        await WriteAsync(rig, log, Blob, Hour, 1, 2);
        await log.FlushAsync(default);
        var retention = new Retention(rig.Blobs, NullLogger<PredictionReader>.Instance, Microsoft.Extensions.Options.Options.Create(rig.Options), TimeProvider.System, NullLogger<Retention>.Instance);
        Assert.Equal(3, (await retention.RunAsync(rig.Model, new() { RetentionDays = 1 }, default)).Deleted);
        Assert.Empty(await rig.FilesAsync());
    }

    [Fact]
    public async Task Erase_OfRowsWithTensors_TakesThoseThatNoOtherRowHas()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        rig.Options.TensorsHeld = TimeSpan.Zero;
        await FillAsync(rig);
        var eraser = Eraser(rig);
        Assert.True(await EraseAsync(rig, eraser));
        Assert.Equal(new[] { Sha256(2), Sha256(3) }.Order(), (await TensorsAsync(rig)).Keys.Order());
        await AssertReferencesAsync(rig, 2);
    }

    [Fact]
    public async Task Erase_OfRowsWhoseTensorsWerePutJustNow_ComesAgainForThem()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        await FillAsync(rig);
        Assert.False(await EraseAsync(rig, Eraser(rig)));
        Assert.Equal(2, (await rig.IdsAsync()).Count);
        Assert.Equal(3, (await TensorsAsync(rig)).Count);
        rig.Options.TensorsHeld = TimeSpan.Zero;
        Assert.True(await Eraser(rig).EraseAsync(rig.Model, Hour, new HashSet<PredictionId>(), _ => Task.CompletedTask, default));
        Assert.Equal(2, (await TensorsAsync(rig)).Count);
    }

    [Fact]
    public async Task Erase_WhileAnotherRowIsAboutToReferToTheTensor_LeavesIt()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        rig.Options.TensorsHeld = TimeSpan.Zero;
        await FillAsync(rig);
        var eraser = Eraser(rig);
        var put = false;
        eraser.Before = step =>
        {
            // Another writer, which does not know the tensor yet: it touches it.
            if (step != "tensor" || put) return;
            put = true;
            var log = rig.Log();
            WriteAsync(rig, log, Blob, Hour.AddMinutes(30), 1).GetAwaiter().GetResult();
            log.FlushAsync(default).GetAwaiter().GetResult();
        };
        Assert.False(await EraseAsync(rig, eraser));
        Assert.True(put);
        await AssertReferencesAsync(rig, 3);
    }

    // One row that goes and two that stay, of which one has the same tensor; and one beside them with a tensor of its own.
    private static async Task FillAsync(LogRig rig)
    {
        var log = rig.Log();
        await TryWriteAsync(rig, log, Schema(Blob), Hour, "gone", 1, 2);
        await TryWriteAsync(rig, log, Schema(Blob), Hour, "stays", 2, 3);
        await log.StopAsync(default);
    }

    private static PredictionEraser Eraser(LogRig rig) => new(rig.Blobs, rig.Reader, rig.Compaction(),
        new TruthCompaction(rig.Blobs, rig.Reader, new TruthCounters(), NullLogger<PredictionReader>.Instance), Microsoft.Extensions.Options.Options.Create(rig.Options));

    private static async Task<bool> EraseAsync(LogRig rig, PredictionEraser eraser)
    {
        var whole = true;
        await foreach (var (hour, ids) in eraser.FindAsync(rig.Model, eraser.Match("gone", null, Hour.AddHours(1)), default))
            whole &= await eraser.EraseAsync(rig.Model, hour, ids, _ => Task.CompletedTask, default);
        return whole;
    }

    private static PredictionSchema Schema(LoggingPolicy policy) => PredictionSchema.Of(
        new(1, Digest.Of(new byte[32]), 1, new Signature([new("x", ValueKind.Tensor, ElementType.Float, [new(null, "N"), new(3, null), new(20, null), new(20, null)])], []), null, null, false), policy);

    private static async Task WriteAsync(LogRig rig, PredictionLog log, LoggingPolicy policy, DateTimeOffset at, params int[] images) =>
        Assert.True(await TryWriteAsync(rig, log, Schema(policy), at, null, images));

    private static Task<bool> TryWriteAsync(LogRig rig, PredictionLog log, PredictionSchema schema, DateTimeOffset at, int image) => TryWriteAsync(rig, log, schema, at, null, image);

    private static async Task<bool> TryWriteAsync(LogRig rig, PredictionLog log, PredictionSchema schema, DateTimeOffset at, string? entity, params int[] images)
    {
        var id = new PredictionId(Guid.CreateVersion7(at)).Request;
        if (log.Begin(rig.Model, schema, LogRig.Header(id, images.Length) with { Entities = entity is null ? null : [new("customer", entity)] }) is not { } entry) return false;
        entry.Tensor<byte>(0, [.. images.SelectMany(Bytes)]);
        await log.WriteAsync(entry, default);
        return true;
    }

    private static byte[] Bytes(int image) => MemoryMarshal.AsBytes<float>([.. Enumerable.Range(0, Values).Select(at => (float)at * image)]).ToArray();

    private static string Sha256(int image) => Convert.ToHexStringLower(SHA256.HashData(Bytes(image)));

    private static async Task<Dictionary<string, byte[]>> TensorsAsync(LogRig rig)
    {
        var tensors = new Dictionary<string, byte[]>();
        foreach (var path in await rig.FilesAsync())
            if (PredictionPaths.Parse(path) is { Kind: PredictionFileKind.Tensor } file)
                tensors.Add(Path.GetFileNameWithoutExtension(file.Name), (await rig.Container.GetBlobClient(path).DownloadContentAsync()).Value.Content.ToArray());
        return tensors;
    }

    private static async Task<List<string?>> HashesAsync(LogRig rig)
    {
        var hashes = new List<string?>();
        await foreach (var batch in rig.Reader.ReadAsync(rig.All, new(), default))
            using (batch)
                for (var row = 0; row < batch.Length; row++) hashes.Add(((StringArray)batch.Column("input_x_sha256")).GetString(row));
        return hashes;
    }

    private static async Task AssertReferencesAsync(LogRig rig, int rows)
    {
        var (hashes, tensors) = (await HashesAsync(rig), await TensorsAsync(rig));
        Assert.Equal(rows, hashes.Count);
        Assert.All(hashes, hash => Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(tensors[hash!]))));
        Assert.All(tensors.Keys, tensor => Assert.Contains(PredictionPaths.Tensor(rig.Model, Hour, tensor), rig.FilesAsync().GetAwaiter().GetResult()));
    }
}
