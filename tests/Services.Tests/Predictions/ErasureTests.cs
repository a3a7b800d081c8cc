using System.Text.Json;
using Azure.Storage.Queues;
using DuckDB.NET.Data;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Rollout;
using Serverless.Testing;

namespace Serverless.Services.Tests.Predictions;

public sealed class ErasureTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Erase_OfAnEntity_LeavesNothingOfItInFreshOrCompactedFiles()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var written = await FillAsync(rig);
        var erased = await EraseAsync(rig, Eraser(rig), "gone", null);
        Assert.Equal(written.Where(row => row.Entity == "gone").Select(row => row.Id).Order(ById), erased.Order(ById));
        Assert.Equal(written.Where(row => row.Entity != "gone").Select(row => row.Id).Order(ById), (await rig.IdsAsync()).Order(ById));
        Assert.DoesNotContain(await rig.FilesAsync(), file => file.EndsWith(".fresh", StringComparison.Ordinal) && !file.Contains("hour=13", StringComparison.Ordinal));
        Assert.Empty(await EraseAsync(rig, Eraser(rig), "gone", null));
        Assert.Equal(0, await CountInDuckDbAsync(rig, "gone"));
        Assert.Equal(written.Count(row => row.Entity == "stays" && row.Id.Time.Hour < 13), await CountInDuckDbAsync(rig, "stays"));
    }

    [Fact]
    public async Task Message_ThatComesBeforeItsRow_WaitsForIt()
    {
        var clock = new FakeTimeProvider(Start);
        await using var rig = new RolloutRig(azurite.ConnectionString, clock, new(), "http://127.0.0.1:1/");
        var queue = rig.Get<QueueServiceClient>().GetQueueClient(StorageNames.ErasureQueue);
        await queue.CreateIfNotExistsAsync();
        await queue.ClearMessagesAsync();
        var message = JsonSerializer.Serialize(new("early", Guid.CreateVersion7(Start), "c-1", null, Start, "alice", "cause", null, 0), PredictionJson.Default.ErasureMessage);
        await rig.Get<ErasureService>().RunAsync(message, default);
        Assert.Equal(1, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
        // By now whoever asked has been told that it failed.
        clock.Advance(TimeSpan.FromHours(1));
        await rig.Get<ErasureService>().RunAsync(message, default);
        Assert.Equal(1, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
    }

    [Fact]
    public async Task Erase_ByName_LeavesOtherNamesWithTheSameKey()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        await FillAsync(rig);
        var before = await rig.IdsAsync();
        Assert.Empty(await EraseAsync(rig, Eraser(rig), "gone", "account"));
        Assert.Equal(before, await rig.IdsAsync());
        Assert.NotEmpty(await EraseAsync(rig, Eraser(rig), "gone", "customer"));
    }

    [Fact]
    public async Task Erase_OfAHashedEntity_FindsItsHash()
    {
        await using var rig = new LogRig(azurite.ConnectionString) { Policy = new() { Features = new Dictionary<string, FeatureRule> { ["entity_customer"] = new(FeatureRuleKind.Hash) } } };
        var written = await FillAsync(rig, PredictionSchema.Of(LogRig.Version(1), rig.Policy));
        Assert.Equal(written.Count(row => row.Entity == "gone"), (await EraseAsync(rig, Eraser(rig), "gone", null)).Count);
        Assert.Equal(written.Count(row => row.Entity != "gone"), (await rig.IdsAsync()).Count);
    }

    [Theory]
    [InlineData("truth")]
    [InlineData("compact")]
    [InlineData("replace")]
    [InlineData("delete")]
    public async Task Erase_CrashedBeforeAnyStep_IsFinishedByTheNextRun(string step)
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var written = await FillAsync(rig);
        var stay = written.Where(row => row.Entity != "gone").Select(row => row.Id).Order(ById).ToList();
        for (var crashAt = 1; crashAt <= 3; crashAt++)
        {
            var eraser = Eraser(rig);
            var steps = 0;
            eraser.Before = at =>
            {
                if (at == step && ++steps == crashAt) throw new IOException("crash");
            };
            await Record.ExceptionAsync(() => EraseAsync(rig, eraser, "gone", null));
            var seen = await rig.IdsAsync();
            Assert.Equal(seen.Distinct(), seen);
            Assert.Superset(stay.ToHashSet(), seen.ToHashSet());
        }
        await EraseAsync(rig, Eraser(rig), "gone", null);
        Assert.Equal(stay, (await rig.IdsAsync()).Order(ById));
    }

    [Fact]
    public async Task Erase_WhileRowsArriveInTheSameHour_LosesNone()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        var stay = new List<PredictionId>();
        for (var row = 0; row < 20; row++) await WriteAsync(rig, log, row % 2 == 0 ? "gone" : "stays", Start.AddSeconds(row), stay);
        await log.FlushAsync(default);
        var eraser = Eraser(rig);
        eraser.Before = step =>
        {
            if (step is not ("replace" or "delete") || stay.Count > 40) return;
            WriteAsync(rig, log, "stays", Start.AddSeconds(100 + stay.Count), stay).GetAwaiter().GetResult();
            log.FlushAsync(default).GetAwaiter().GetResult();
        };
        while ((await EraseAsync(rig, eraser, "gone", null)).Count > 0) { }
        Assert.Equal(stay.Order(ById), (await rig.IdsAsync()).Order(ById));
    }

    [Fact]
    public async Task Erase_WhenAPartChangesBetweenItsReadAndItsReplacement_RepeatsAndEnds()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var written = await FillAsync(rig);
        var (eraser, replaced, other) = (Eraser(rig), 0, 0);
        eraser.Before = step =>
        {
            // Of the second hour's part: another erasure comes first, twice, when this one is about to replace what it has read.
            if (step != "replace" || ++replaced is not (2 or 3)) return;
            other += EraseAsync(rig, Eraser(rig), replaced == 2 ? "other" : "third", null).GetAwaiter().GetResult().Count;
        };
        var log = rig.Log();
        var stay = written.Where(row => row.Entity != "gone").Select(row => row.Id).ToList();
        foreach (var entity in (string[])["other", "third"]) await WriteAsync(rig, log, entity, Start.AddMinutes(110), []);
        await log.FlushAsync(default);
        var erased = await EraseAsync(rig, eraser, "gone", null);
        Assert.Equal(written.Where(row => row.Entity == "gone").Select(row => row.Id).Order(ById), erased.Order(ById));
        Assert.Equal(2, other);
        Assert.Equal(5, replaced);
        Assert.Equal(stay.Order(ById), (await rig.IdsAsync()).Order(ById));
        Assert.Empty(await EraseAsync(rig, Eraser(rig), "gone", null));
    }

    [Fact]
    public async Task Erase_WhenStorageRefusesEveryOtherReplacement_LosesNothingAndEnds()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var written = await FillAsync(rig);
        var (puts, refused) = (0, 0);
        await using var proxy = await FaultyStorage.StartAsync(azurite.ConnectionString, request =>
        {
            if (request.Method != "PUT" || !request.Headers.ContainsKey("If-Match") || ++puts % 2 == 0) return Fault.None;
            refused++;
            return Fault.Refused;
        });
        var blobs = LogRig.Client(proxy.ConnectionString);
        var eraser = new PredictionEraser(blobs, new(blobs, NullLogger<PredictionReader>.Instance), rig.Compaction(),
            new TruthCompaction(rig.Blobs, rig.Reader, new TruthCounters(), NullLogger<PredictionReader>.Instance), Microsoft.Extensions.Options.Options.Create(rig.Options));
        await EraseAsync(rig, eraser, "gone", null);
        Assert.InRange(refused, 3, 6);
        Assert.Equal(written.Where(row => row.Entity != "gone").Select(row => row.Id).Order(ById), (await rig.IdsAsync()).Order(ById));
    }

    private static readonly Comparer<PredictionId> ById = Comparer<PredictionId>.Create((left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));

    private static async Task WriteAsync(LogRig rig, PredictionLog log, string entity, DateTimeOffset at, List<PredictionId> stay)
    {
        var id = new PredictionId(Guid.CreateVersion7(at)).Request;
        await rig.WriteAsync(log, LogRig.Header(id) with { Entities = [new("customer", entity)] });
        if (entity == "stays") stay.Add(id);
    }

    // Four hours: one compacted, two fresh, one made after the request.
    private static async Task<List<(PredictionId Id, string? Entity)>> FillAsync(LogRig rig, PredictionSchema? schema = null)
    {
        var log = rig.Log();
        var written = new List<(PredictionId, string?)>();
        for (var hour = 0; hour < 4; hour++)
            for (var row = 0; row < 40; row++)
            {
                var entity = (row % 4, hour) switch { (0, < 3) => "gone", (3, _) => null, _ => "stays" };
                var id = new PredictionId(Guid.CreateVersion7(Start.AddHours(hour).AddSeconds(row))).Request;
                await rig.WriteAsync(log, LogRig.Header(id) with { Entities = entity is null ? null : [new("customer", entity)] }, schema);
                written.Add((id, entity));
            }
        await log.FlushAsync(default);
        await rig.Compaction().RunHourAsync(rig.Model, Start, default);
        await log.StopAsync(default);
        return written;
    }

    private static PredictionEraser Eraser(LogRig rig) => new(rig.Blobs, rig.Reader, rig.Compaction(),
        new TruthCompaction(rig.Blobs, rig.Reader, new TruthCounters(), NullLogger<PredictionReader>.Instance), Microsoft.Extensions.Options.Options.Create(rig.Options));

    private static async Task<List<PredictionId>> EraseAsync(LogRig rig, PredictionEraser eraser, string entity, string? name)
    {
        var erased = new List<PredictionId>();
        await foreach (var (hour, ids) in eraser.FindAsync(rig.Model, eraser.Match(entity, name, Start.AddHours(3)), default))
        {
            erased.AddRange(ids);
            await eraser.EraseAsync(rig.Model, hour, ids, _ => Task.CompletedTask, default);
        }
        return erased;
    }

    private static async Task<long> CountInDuckDbAsync(LogRig rig, string entity)
    {
        var root = Directory.CreateTempSubdirectory("erased").FullName;
        foreach (var file in (await rig.FilesAsync()).Where(file => file.EndsWith(".parquet", StringComparison.Ordinal)))
        {
            var path = Path.Combine(root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await rig.Container.GetBlobClient(file).DownloadToAsync(path);
        }
        using var database = new DuckDBConnection("DataSource=:memory:");
        await database.OpenAsync();
        var command = database.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM read_parquet('{root}/**/*.parquet', hive_partitioning = true, union_by_name = true) WHERE entity_customer = '{entity}'";
        var count = Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
        Directory.Delete(root, recursive: true);
        return count;
    }
}
