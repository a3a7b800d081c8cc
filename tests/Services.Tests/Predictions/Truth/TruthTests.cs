using FsCheck.Xunit;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.Services.Tests.Predictions.Truth;

public sealed class TruthTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly DateTimeOffset Noon = new(2025, 3, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Labels_OutOfOrderCorrectedAndRepeated_TheLastByItsOwnTimeHolds()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = await rig.PredictAsync(3);
        Assert.Equal((2, 0, 0), Counts(await rig.LabelAsync((ids[0], "second", Noon.AddHours(1)), (ids[1], "only", Noon))));
        Assert.Equal((1, 1, 0), Counts(await rig.LabelAsync((ids[0], "first", Noon), (ids[0], "second", Noon.AddHours(1)))));
        Assert.Equal((1, 0, 0), Counts(await rig.LabelAsync((ids[0], "third", Noon.AddHours(2)))));
        Assert.Equal((0, 2, 0), Counts(await rig.LabelAsync((ids[0], "first", Noon), (ids[1], "only", Noon))));
        Assert.Equal([TruthRig.Line(ids[0], "third", Noon.AddHours(2)), TruthRig.Line(ids[1], "only", Noon)], await rig.ReadAsync());
        var history = await rig.Reader.HistoryAsync(TruthKind.Labels, rig.Model, ids[0], new(), default);
        Assert.Equal(["first", "second", "third"], history.Select(row => row.Value.Text));
        Assert.Equal([$"{ids[0]} third", $"{ids[1]} only", $"{ids[2]} "], await rig.JoinedAsync());
    }

    [Fact]
    public async Task Labels_WithoutATime_AreOfTheirArrivalAndARepetitionAddsNothing()
    {
        var clock = new FakeTimeProvider(Noon);
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString, clock);
        var id = (await rig.PredictAsync(1))[0];
        Assert.Equal((2, 0, 0), Counts(await rig.LabelAsync((id, "a", null), (id, "b", null))));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((0, 1, 0), Counts(await rig.LabelAsync((id, "b", null))));
        Assert.Equal([TruthRig.Line(id, "b", Noon.AddMilliseconds(1))], await rig.ReadAsync());
        Assert.Equal((1, 0, 0), Counts(await rig.LabelAsync((id, "a", null))));
        Assert.Equal([TruthRig.Line(id, "a", Noon.AddMinutes(1))], await rig.ReadAsync());
    }

    [Fact]
    public async Task Labels_OfOneTimeThatDiffer_TheLargerHoldsWhoeverCameFirst()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = await rig.PredictAsync(2);
        foreach (var (id, labels) in new[] { (ids[0], new[] { "cat", "dog" }), (ids[1], ["dog", "cat"]) })
            foreach (var label in labels) await rig.LabelAsync((id, label, Noon));
        Assert.Equal(ids.Select(id => TruthRig.Line(id, "dog", Noon)), await rig.ReadAsync());
        Assert.Equal(4, (await rig.ReadAsync(history: true)).Count);
    }

    [Fact]
    public async Task Labels_OfOldPredictions_AreCompactedWithTheRecentOnes()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var (ids, service) = (await rig.PredictAsync(3), rig.Service());
        var recent = TimeProvider.System.GetUtcNow().AddDays(-2);
        await TruthRig.LabelAsync(service, rig, (ids[0], "a", null));
        Assert.Equal(1, await rig.Compaction().RunAsync(rig.Model, recent, default));
        Assert.Equal(["part-000001.parquet"], (await rig.FilesAsync()).Select(Path.GetFileName));
        Assert.Equal(0, await rig.Compaction().RunAsync(rig.Model, recent, default));

        // The same writer, whose blob is gone; and one that comes while the hour is compacted.
        await TruthRig.LabelAsync(service, rig, (ids[1], "b", null));
        var compaction = rig.Compaction();
        compaction.Before = step =>
        {
            if (step == CompactionStep.Sweep) TruthRig.LabelAsync(service, rig, (ids[2], "c", null)).GetAwaiter().GetResult();
        };
        Assert.Equal(1, await compaction.RunAsync(rig.Model, recent, default));
        await rig.Compaction().RunAsync(rig.Model, recent, default);
        Assert.Equal(["part-000001.parquet"], (await rig.FilesAsync()).Select(Path.GetFileName));
        Assert.Equal(["a", "b", "c"], (await rig.JoinedAsync()).Select(line => line.Split(' ')[1]));
    }

    [Fact]
    public async Task Labels_OfAnHourWithMuchThatIsFresh_FindEachPrediction()
    {
        const int Rows = 1_200, RowBytes = 60_000;
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var schema = PredictionSchema.Of(new(1, Digest.Of(new byte[32]), 1, new Signature([new("x", ValueKind.Tensor, ElementType.Float, [new(null, "N"), new(null, "M")])], []), null, null, false),
            new() { LargeTensorBytes = RowBytes });
        var (log, values, ids) = (rig.Predictions.Log(), new byte[RowBytes], new List<PredictionId>());
        // Different ones: equal ones are kept once.
        values[0] = 1;
        for (var row = 0; row < Rows; row++)
        {
            ids.Add(TruthRig.NewId(TruthRig.Hour.AddSeconds(row)));
            var entry = log.Begin(rig.Model, schema, LogRig.Header(ids[^1]))!;
            entry.Tensor(0, values);
            await log.WriteAsync(entry, default);
            if (row % 30 == 29) await log.FlushAsync(default);
        }
        Assert.True(rig.Predictions.Counters.Snapshot().Bytes > 64 << 20);
        Assert.Equal((4, 0, 1), Counts(await rig.LabelAsync((ids[0], "first", Noon), (ids[^1], "last", Noon), (ids[700], "middle", Noon), (TruthRig.NewId(), "nobody's", Noon))));
    }

    [Fact]
    public async Task Labels_BeforeTheirPrediction_AreKeptAndMatchedWhenItTurnsUp()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var log = rig.Predictions.Log();
        var id = TruthRig.NewId();
        Assert.Equal((1, 0, 1), Counts(await rig.LabelAsync((id, "early", Noon))));
        await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        Assert.Equal((1, 0), (rig.Counters.Snapshot().Waiting, rig.Counters.Snapshot().Matched));
        Assert.Empty(await rig.JoinedAsync());
        await rig.Predictions.WriteAsync(log, LogRig.Header(id));
        await log.FlushAsync(default);
        Assert.Equal([$"{id} early"], await rig.JoinedAsync());
        Assert.Equal(1, await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default));
        Assert.Equal((0, 1), (rig.Counters.Snapshot().Waiting, rig.Counters.Snapshot().Matched));
        Assert.Equal(0, await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default));
        Assert.Equal(1, rig.Counters.Snapshot().Unknown);
    }

    [Fact]
    public async Task Labels_OfAnotherModelsPrediction_AreRefused()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        await using var other = await TruthRig.StartAsync(azurite.ConnectionString, prefix: TruthRig.BeforeAll);
        var (mine, its) = ((await rig.PredictAsync(1))[0], (await other.PredictAsync(2))[1]);
        var answer = await rig.LabelAsync((mine, "a", Noon), (its, "b", Noon));
        Assert.Equal((1, 0, 0), Counts(answer));
        Assert.Equal((1, its.ToString()), (Assert.Single(answer.Rejected).Index, answer.Rejected[0].Id));
        Assert.Equal([TruthRig.Line(mine, "a", Noon)], await rig.ReadAsync());
        Assert.Empty(await other.ReadAsync());
    }

    [Fact]
    public async Task Labels_ById_MayNameTheRequestAndTheRow()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = await rig.PredictAsync(3);
        await rig.PostAsync(rig.Service(), TruthKind.Labels, $$"""{"items":[{"id":"{{ids[0]}}:2","label":true,"time":"2025-03-05T12:00:00Z"}]}""");
        Assert.Equal([TruthRig.Line(ids[2], "true", Noon, TruthType.Boolean)], await rig.ReadAsync());
    }

    [Fact]
    public async Task Outcomes_OfSeveralNames_AreApart()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = await rig.PredictAsync(2, TruthRig.Hour.AddHours(-2));
        ids.AddRange(await rig.PredictAsync(1));
        var answer = await rig.PostAsync(rig.Service(), TruthKind.Outcomes, $$"""
            {"items":[{"id":"{{ids[0]}}","name":"revenue","value":12.5,"time":"2025-03-05T12:00:00Z"},{"id":"{{ids[2]}}","name":"revenue","value":1},
            {"id":"{{ids[0]}}","name":"churned","value":false},{"id":"{{ids[0]}}","name":"revenue","value":13,"time":"2025-03-05T14:00:00+02:00"},{"id":"{{ids[0]}}","name":"no good","value":1}]}
            """);
        Assert.Equal((4, 0, 0, 4), (answer.Accepted, answer.Duplicates, answer.Unknown, Assert.Single(answer.Rejected).Index));
        Assert.Equal([$"{ids[0]}  13 false", $"{ids[1]}   ", $"{ids[2]}  1 "], await rig.JoinedAsync("revenue", "churned"));
        Assert.Empty(await rig.ReadAsync(TruthKind.Labels));
        var only = new TruthQuery(TruthKind.Outcomes, rig.Model, TruthRig.Hour, TruthRig.Hour.AddHours(1)) { Name = "revenue" };
        await foreach (var batch in rig.Reader.ReadAsync(only, new(), default)) Assert.Equal(1, batch.Length);
    }

    // Whatever the order of the statements, the documents they come in and how often each is sent, the same is read.
    [Property(MaxTest = 25)]
    public async Task Labels_InAnyOrderAndRepeated_ReadTheSame(int seed)
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var random = new Random(seed);
        PredictionId[] ids = [.. Enumerable.Range(0, 6).Select(at => TruthRig.NewId(TruthRig.Hour.AddMinutes(at * 25)))];
        var statements = Enumerable.Range(0, 25).Select(_ => (Id: ids[random.Next(6)], Label: (object)$"label {random.Next(3)}", Time: (DateTimeOffset?)Noon.AddMinutes(random.Next(4)))).ToArray();
        var sent = statements.Concat(statements.Where(_ => random.Next(2) == 0)).ToArray();
        random.Shuffle(sent);
        TruthService[] services = [rig.Service(), rig.Service()];
        for (var at = 0; at < sent.Length;)
        {
            var count = Math.Min(1 + random.Next(12), sent.Length - at);
            await TruthRig.LabelAsync(services[random.Next(2)], rig, sent[at..(at + count)]);
            if (random.Next(4) == 0) await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
            at += count;
        }
        var wanted = statements.GroupBy(item => item.Id).OrderBy(group => group.Key.Value)
            .Select(group => group.OrderBy(item => item.Time).ThenBy(item => (string)item.Label, StringComparer.Ordinal).Last()).Select(item => TruthRig.Line(item.Id, (string)item.Label, item.Time!.Value));
        Assert.Equal(wanted, await rig.ReadAsync());
        Assert.Equal(statements.Distinct().Count(), (await rig.ReadAsync(history: true)).Count);
        Assert.Equal(statements.Distinct().Count(), (int)rig.Counters.Snapshot().Accepted);
    }

    [Fact]
    public async Task Labels_FromManyAtOnce_AreAllKept()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = await rig.PredictAsync(200);
        TruthService[] services = [rig.Service(), rig.Service()];
        await Task.WhenAll(ids.Select((id, at) => TruthRig.LabelAsync(services[at % 2], rig, (id, at, Noon), (id, at + 1, Noon.AddHours(1)))));
        Assert.Equal(ids.Select((id, at) => TruthRig.Line(id, $"{at + 1}", Noon.AddHours(1), TruthType.Number)), await rig.ReadAsync());
        Assert.Equal(400, (await rig.ReadAsync(history: true)).Count);
        Assert.Equal(2, (await rig.FilesAsync()).Count);
    }

    [Fact]
    public async Task Labels_OfManyHours_AreInTheirPartitions()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = Enumerable.Range(0, 30).Select(hour => TruthRig.NewId(TruthRig.Hour.AddHours(hour))).ToArray();
        Assert.Equal((30, 0, 30), Counts(await rig.LabelAsync([.. ids.Select(id => (id, (object)1.5, (DateTimeOffset?)Noon))])));
        Assert.Equal(30, (await rig.FilesAsync()).Select(file => file[..file.LastIndexOf('/')]).Distinct().Count());
        Assert.Equal(ids.Select(id => TruthRig.Line(id, "1.5", Noon, TruthType.Number)), await rig.ReadAsync());
    }

    [Fact]
    public async Task Labels_OfAModelThatIsNot_AreAProblem()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var nobody = new TruthService(rig.Predictions.Blobs, rig.Predictions.Reader, new((_, _) => Task.FromResult<Core.Registry.ModelSnapshot?>(null), TimeProvider.System),
            rig.Counters, Microsoft.Extensions.Options.Options.Create(rig.Predictions.Options), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<PredictionReader>.Instance);
        var problem = await Assert.ThrowsAsync<ProblemException>(() => rig.PostAsync(nobody, TruthKind.Labels, """{"items":[]}"""));
        Assert.Equal(ProblemKind.ModelNotFound, problem.Kind);
    }

    [Fact]
    public async Task Erase_OfSomePredictions_LeavesNothingOfTheirHistory()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = await rig.PredictAsync(3);
        foreach (var round in (int[])[1, 2])
        {
            await rig.LabelAsync([.. ids.Select(id => (id, (object)round, (DateTimeOffset?)Noon.AddHours(round)))]);
            if (round == 1) await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        }
        await rig.Compaction().EraseAsync(rig.Model, [ids[0], ids[2]], default);
        Assert.All(await rig.ReadAsync(history: true), line => Assert.StartsWith(ids[1].ToString(), line, StringComparison.Ordinal));
        Assert.EndsWith("part-000001.parquet", Assert.Single(await rig.FilesAsync()), StringComparison.Ordinal);
        await rig.Compaction().EraseAsync(rig.Model, [ids[1]], default);
        Assert.Empty(await rig.ReadAsync(history: true));
    }

    private static (int, int, int) Counts(TruthAnswer answer) => (answer.Accepted, answer.Duplicates, answer.Unknown);
}
