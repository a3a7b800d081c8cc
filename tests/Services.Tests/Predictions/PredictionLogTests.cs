using Apache.Arrow;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.Services.Tests.Predictions;

public sealed class PredictionLogTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Write_ThenRead_GivesEveryValueBack()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        var one = await rig.WriteAsync(log);
        var many = await rig.WriteAsync(log, rows: 500);
        await log.FlushAsync(default);

        var rows = 0;
        await foreach (var batch in rig.Reader.ReadAsync(rig.All, new(), default))
            using (batch)
                for (var row = 0; row < batch.Length; row++, rows++)
                {
                    var id = PredictionId.Parse(((StringArray)batch.Column("id")).GetString(row));
                    Assert.Contains(id.Request, (PredictionId[])[one, many]);
                    Assert.Equal(LogRig.Numbers(id), Enumerable.Range(0, 3).Select(at => Float(batch, $"input_numbers_{at}", row)!.Value));
                    Assert.Equal(id.Row % 3 == 2 ? null : $"colour {id.Row % 3}", ((StringArray)batch.Column("input_colour")).GetString(row));
                    Assert.Equal(id.Row % 2, ((Int64Array)batch.Column("output_label")).GetValue(row));
                    Assert.Equal(0.75f, Float(batch, "output_probabilities_yes", row));
                    Assert.Equal(id.Milliseconds, ((TimestampArray)batch.Column("time")).GetValue(row));
                    Assert.Equal(120, ((Int32Array)batch.Column("total_us")).GetValue(row));
                    Assert.Equal("champion", ((StringArray)batch.Column("variant")).GetString(row));
                    Assert.True(batch.Column("problem").IsNull(row));
                }
        Assert.Equal(501, rows);
    }

    [Fact]
    public async Task Write_Acknowledged_ReturnsWhenDurable()
    {
        await using var rig = new LogRig(azurite.ConnectionString) { Policy = new() { Mode = LoggingMode.Acknowledged } };
        rig.Schema = PredictionSchema.Of(LogRig.Version(1), rig.Policy);
        var log = rig.Log();
        for (var request = 0; request < 5; request++)
        {
            var id = await rig.WriteAsync(log, rows: 3);
            Assert.Superset(LogRig.Rows(id, 3).ToHashSet(), (await rig.IdsAsync()).ToHashSet());
        }
    }

    [Fact]
    public async Task Write_Acknowledged_GroupsWaitingRequestsInOneAppend()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        rig.Schema = PredictionSchema.Of(LogRig.Version(1), new() { Mode = LoggingMode.Acknowledged });
        var log = rig.Log();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => rig.WriteAsync(log)));
        var snapshot = rig.Counters.Snapshot();
        Assert.Equal(200, snapshot.Flushed);
        Assert.InRange(snapshot.Appends, 1, 60);
    }

    [Fact]
    public async Task Write_AfterTheFlushTime_IsDurableByItself()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var id = await rig.WriteAsync(rig.Log());
        var ids = await rig.IdsAsync();
        for (var look = 0; look < 5000 && ids.Count == 0; look++) ids = await rig.IdsAsync();
        Assert.Equal([id], ids);
    }

    [Fact]
    public async Task Stop_WithRowsOnTheirWay_FlushesThem()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        rig.Schema = PredictionSchema.Of(LogRig.Version(1), new() { FlushAfter = TimeSpan.FromHours(1) });
        var log = rig.Log();
        var id = await rig.WriteAsync(log, rows: 7);
        await log.StopAsync(default);
        Assert.Equal(LogRig.Rows(id, 7), await rig.IdsAsync());
        Assert.Equal(0, rig.Counters.Snapshot().Pending);
    }

    [Fact]
    public async Task Write_OfALargeRequest_IsCutIntoBlocks()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        var id = await rig.WriteAsync(log, rows: 100_000);
        await log.FlushAsync(default);
        Assert.True(rig.Counters.Snapshot().Appends > 1);
        Assert.Equal(LogRig.Rows(id, 100_000), await rig.IdsAsync());
    }

    [Fact]
    public async Task Write_WithKeysThatAreNew_WidensTheSchema()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        var first = await rig.WriteAsync(log);
        var second = PredictionId.Create(rig.Clock);
        await rig.WriteAsync(log, LogRig.Header(second) with { Segments = [new("country", "DE")], Entities = [new("customer", "42")] });
        await log.FlushAsync(default);
        Assert.Equal([first, second], await rig.IdsAsync());
        var row = await rig.Reader.FindAsync(rig.Model, second, new(), default);
        Assert.Equal("DE", ((StringArray)row!.Column("segment_country")).GetString(0));
        Assert.Equal("42", ((StringArray)row.Column("entity_customer")).GetString(0));
    }

    [Fact]
    public async Task Write_UnderFeatureRules_KeepsOnlyWhatTheyAllow()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        rig.Options.HashKey = Convert.ToBase64String(new byte[32]);
        rig.Schema = PredictionSchema.Of(LogRig.Version(1), new()
        {
            Features = new Dictionary<string, FeatureRule>
            {
                ["numbers_0"] = new(FeatureRuleKind.Drop),
                ["numbers_1"] = new(FeatureRuleKind.Bucket, 100),
                ["colour"] = new(FeatureRuleKind.Hash),
                ["entity_customer"] = new(FeatureRuleKind.Hash),
                ["segment_secret"] = new(FeatureRuleKind.Drop),
            },
        });
        var log = rig.Log();
        var id = PredictionId.Create(rig.Clock);
        await rig.WriteAsync(log, LogRig.Header(id) with { Segments = [new("secret", "x")], Entities = [new("customer", "42")] });
        await log.FlushAsync(default);
        var row = (await rig.Reader.FindAsync(rig.Model, id, new(), default))!;
        Assert.DoesNotContain(row.Schema.FieldsList, field => field.Name is "input_numbers_0" or "segment_secret");
        Assert.Equal(MathF.Floor(id.Milliseconds % 1000 / 100f) * 100, Float(row, "input_numbers_1", 0));
        Assert.Equal(HashedColumnBuffer.Hash(new byte[32], "colour 0"u8), ((StringArray)row.Column("input_colour")).GetString(0));
        Assert.Equal(HashedColumnBuffer.Hash(new byte[32], "42"u8), ((StringArray)row.Column("entity_customer")).GetString(0));
    }

    [Fact]
    public void Sample_ByIdAlone_KeepsItsShare()
    {
        var start = DateTimeOffset.UnixEpoch.AddYears(55);
        var ids = Enumerable.Range(0, 20_000).Select(at => new PredictionId(Guid.CreateVersion7(start.AddMilliseconds(at)))).ToList();
        Assert.InRange(ids.Count(id => PredictionLog.IsSampled(id, 0.25)), 4_600, 5_400);
        Assert.All(ids, id => Assert.Equal(PredictionLog.IsSampled(id, 0.25), PredictionLog.IsSampled(id.ForRow(77), 0.25)));
        Assert.All(ids, id => Assert.True(!PredictionLog.IsSampled(id, 0.1) || PredictionLog.IsSampled(id, 0.25)));
    }

    [Fact]
    public async Task Write_WhenMemoryIsFull_FollowsThePolicy()
    {
        await using var rig = new LogRig("UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://127.0.0.1:9");
        rig.Options.MaximumBytes = 1 << 20;
        var log = rig.Log();
        var policy = new LoggingPolicy { Pressure = LogPressure.RejectRequests };
        for (var request = 0; request < 1000 && rig.Counters.Snapshot().PendingBytes < rig.Options.MaximumBytes; request++) await rig.WriteAsync(log, rows: 100);
        Assert.Equal(ProblemKind.Unavailable, Assert.Throws<ProblemException>(() => log.Admit(policy)).Kind);
        log.Admit(policy with { Pressure = LogPressure.DropRows });
        await rig.WriteAsync(log, rows: 9);
        Assert.Equal(9, rig.Counters.Snapshot().Dropped[DropReason.Pressure]);
        Assert.InRange(rig.Counters.Snapshot().PendingBytes, 1, 2 << 20);
        await log.DisposeAsync();
        var end = rig.Counters.Snapshot();
        Assert.Equal(end.Accepted, end.Dropped[DropReason.Shutdown]);
        Assert.Equal((0, 0), (end.Pending, end.PendingBytes));
    }

    [Fact]
    public async Task Start_AfterAKilledWriter_TellsHowManyRowsItLost()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        using (var killed = LossLedger.Open(rig.Options.LedgerFolder!, "dead"))
        {
            killed.Accept(100);
            killed.Settle(60);
        }
        rig.Log();
        Assert.Equal(40, rig.Counters.Snapshot().Dropped[DropReason.Killed]);
        rig.Log();
        Assert.Equal(40, rig.Counters.Snapshot().Dropped[DropReason.Killed]);
    }

    [Fact]
    public async Task Write_OfLateRows_AppendsToTheSameBlob()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        for (var request = 0; request < 20; request++)
        {
            await rig.WriteAsync(log, at: DateTimeOffset.UnixEpoch.AddYears(50));
            await log.FlushAsync(default);
        }
        Assert.Single(await rig.FilesAsync());
    }

    [Fact]
    public async Task Journal_OfAWriterThatFellSilent_TellsWhatWasOnItsWay()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        rig.Schema = PredictionSchema.Of(LogRig.Version(1), new() { FlushAfter = TimeSpan.FromHours(1) });
        var log = rig.Log();
        await rig.WriteAsync(log, rows: 10);
        var journals = new WriterJournals(rig.Blobs, new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(6)));
        var counts = (await journals.SilentAsync(default)).SingleOrDefault(Ours);
        for (var look = 0; look < 5000 && counts is null; look++) counts = (await journals.SilentAsync(default)).SingleOrDefault(Ours);
        Assert.Equal((10, 0), (counts!.Accepted, counts.Settled));
        Assert.DoesNotContain(await new WriterJournals(rig.Blobs, TimeProvider.System).SilentAsync(default), counts => Ours(counts));
        await log.StopAsync(default);
        Assert.DoesNotContain(await journals.SilentAsync(default), counts => Ours(counts));

        bool Ours(WriterCounts counts) => counts.Writer == log.WriterId;
    }

    private static float? Float(RecordBatch batch, string column, int row) => ((FloatArray)batch.Column(column)).GetValue(row);
}
