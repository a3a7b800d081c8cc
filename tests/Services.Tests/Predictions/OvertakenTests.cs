using Azure;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Scans;
using Serverless.Services.Predictions;
using Serverless.Services.Tests.Predictions.Truth;
using Serverless.Testing;

namespace Serverless.Services.Tests.Predictions;

/// <summary>A compacted file is replaced between its listing and its reading, as an erasure does it: what reads lists again.</summary>
public sealed class OvertakenTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Noon = new(2025, 3, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Labels_OfTheModelsPredictions_FindThem()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = await FillAsync(rig);
        await using var proxy = await ReplacingAsync(rig, times: 3);
        var answer = await TruthRig.LabelAsync(rig.Service(proxy.ConnectionString), rig, (ids[0], "a", Noon), (TruthRig.NewId(), "b", Noon));
        Assert.Equal((2, 1), (answer.Accepted, answer.Unknown));
    }

    [Fact]
    public async Task Labels_OfAnotherModelsPredictions_AreRefused()
    {
        await using var other = await TruthRig.StartAsync(azurite.ConnectionString, prefix: TruthRig.BeforeAll);
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = await FillAsync(other);
        await using var proxy = await ReplacingAsync(other, times: 3);
        var answer = await TruthRig.LabelAsync(rig.Service(proxy.ConnectionString), rig, (ids[0], "a", Noon));
        Assert.Equal("id is of another model's prediction.", Assert.Single(answer.Rejected).Reason);
    }

    [Fact]
    public async Task One_IsFound()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = await FillAsync(rig);
        await using var proxy = await ReplacingAsync(rig, times: 3);
        using var found = await LogRig.ReaderOf(proxy.ConnectionString).FindAsync(rig.Model, ids[7], new(), default);
        Assert.Equal(1, found?.Length);
    }

    [Fact]
    public async Task Pages_AreWhole()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = await FillAsync(rig);
        await using var proxy = await ReplacingAsync(rig, times: 3);
        var query = new PredictionQuery(rig.Model, TruthRig.Hour, TruthRig.Hour.AddHours(2));
        var page = await LogRig.ReaderOf(proxy.ConnectionString).PageAsync(query, null, 15, new(), default);
        Assert.Equal(ids.Take(15).Select(id => id.ToString()), page.Rows.Select(row => row.Id.ToString()));
    }

    [Fact]
    public async Task Windows_AreCountedAndGatheredOnce()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        await FillAsync(rig);
        await using var proxy = await ReplacingAsync(rig, times: 3);
        var predictions = LogRig.ReaderOf(proxy.ConnectionString);
        var windows = new WindowReader(predictions, new(predictions, rig.Reader));
        using var rows = await windows.ReadAsync(new(rig.Model, new(TruthRig.Hour, TruthRig.Hour.AddHours(1)), Signal.FeatureDrift), default);
        Assert.Equal(20, rows.Rows);
        Assert.NotEmpty(rows.Columns);
    }

    [Fact]
    public async Task Compaction_OfAFileThatAnErasureEndedMeanwhile_GoesOnWithTheOthers()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        await rig.PredictAsync(3);
        await rig.PredictAsync(2);
        var first = (await rig.Predictions.Reader.ListAsync(rig.Model, TruthRig.Hour, default)).Fresh[0];
        var deleted = 0;
        await using var proxy = await FaultyStorage.StartAsync(rig.Predictions.Connection, request =>
        {
            if (request.Method == "GET" && request.Path.Value!.EndsWith(first.Path, StringComparison.Ordinal) && Interlocked.Exchange(ref deleted, 1) == 0) rig.Predictions.Container.DeleteBlob(first.Path);
            return Fault.None;
        });
        var result = await rig.Predictions.Compaction(proxy.ConnectionString).RunHourAsync(rig.Model, TruthRig.Hour, default);
        Assert.Equal((1, 1), (deleted, result.Parts));
        Assert.InRange(result.Rows, 2, 3);
    }

    [Fact]
    public async Task WhatIsReplacedAgainAndAgain_IsGivenUp()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var ids = await FillAsync(rig);
        await using var proxy = await ReplacingAsync(rig, times: int.MaxValue);
        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => LogRig.ReaderOf(proxy.ConnectionString).FindAsync(rig.Model, ids[7], new(), default));
        Assert.Equal(StatusCodes.Status412PreconditionFailed, failure.Status);
    }

    private static async Task<List<PredictionId>> FillAsync(TruthRig rig)
    {
        var ids = await rig.PredictAsync(20);
        await rig.Predictions.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        return ids;
    }

    // Its bytes stay, its tag does not.
    private static Task<FaultyStorage> ReplacingAsync(TruthRig rig, int times) => FaultyStorage.StartAsync(rig.Predictions.Connection, request =>
    {
        if (request.Method != "GET" || !request.Path.Value!.Contains(rig.Model.Value, StringComparison.Ordinal) || !request.Path.Value.EndsWith(".parquet", StringComparison.Ordinal)) return Fault.None;
        if (Interlocked.Decrement(ref times) < 0) return Fault.None;
        var blob = rig.Predictions.Container.GetBlobClient(request.Path.Value[(request.Path.Value.IndexOf("model=", StringComparison.Ordinal))..]);
        blob.SetMetadata(blob.GetProperties().Value.Metadata);
        return Fault.None;
    });
}
