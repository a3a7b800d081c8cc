using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.Services.Tests.Predictions;

public sealed class RetentionTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Today = new(DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()).UtcDateTime.Date, TimeSpan.Zero);
    private static readonly LoggingPolicy Policy = new() { RetentionDays = 10, ColdAfterDays = 3 };

    [Fact]
    public async Task Run_ByAge_DeletesOldDaysAndCoolsOlderFiles()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        rig.Options.Grace = TimeSpan.Zero;
        var days = await FillAsync(rig);
        var result = await Retention(rig).RunAsync(rig.Model, Policy, default);
        Assert.Equal(days.Where(day => day.Age <= 10).Select(day => day.Id), await rig.IdsAsync());
        Assert.Equal((2, 2), (result.Deleted, result.Moved));
        Assert.Equal(days.Where(day => day.Age is > 3 and <= 10).Count(), (await TiersAsync(rig)).Count(tier => tier == AccessTier.Cold));
        Assert.Equal(default, await Retention(rig).RunAsync(rig.Model, Policy, default));
    }

    [Fact]
    public async Task Run_CrashedBeforeAnyFile_NeverRaisesARow()
    {
        for (var crashAt = 1; crashAt <= 5; crashAt++)
        {
            await using var rig = new LogRig(azurite.ConnectionString);
            // Both the parts and the blobs that they replaced are there.
            var days = await FillAsync(rig);
            var retention = Retention(rig);
            var files = 0;
            retention.Before = _ =>
            {
                if (++files == crashAt) throw new IOException("crash");
            };
            var failure = await Record.ExceptionAsync(() => retention.RunAsync(rig.Model, Policy with { ColdAfterDays = null }, default));
            Assert.Equal(crashAt <= 4, failure is IOException);
            var seen = await rig.IdsAsync();
            Assert.Equal(seen.Distinct(), seen);
            Assert.Superset(days.Where(day => day.Age <= 10).Select(day => day.Id).ToHashSet(), seen.ToHashSet());
            await Retention(rig).RunAsync(rig.Model, Policy, default);
            Assert.Equal(days.Where(day => day.Age <= 10).Select(day => day.Id), await rig.IdsAsync());
        }
    }

    [Fact]
    public async Task Run_WithoutLimits_TouchesNothing()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var days = await FillAsync(rig);
        Assert.Equal(default, await Retention(rig).RunAsync(rig.Model, new() { RetentionDays = null, ColdAfterDays = null }, default));
        Assert.Equal(days.Select(day => day.Id), await rig.IdsAsync());
    }

    private static Retention Retention(LogRig rig) => new(rig.Blobs, NullLogger<PredictionReader>.Instance, Microsoft.Extensions.Options.Options.Create(rig.Options), rig.Clock, NullLogger<Retention>.Instance);

    private static async Task<List<(int Age, PredictionId Id)>> FillAsync(LogRig rig)
    {
        var log = rig.Log();
        var days = new List<(int Age, PredictionId Id)>();
        foreach (var age in (int[])[20, 11, 10, 4, 3, 1]) days.Add((age, await rig.WriteAsync(log, at: Today.AddDays(-age).AddHours(3))));
        await log.FlushAsync(default);
        await rig.Compaction().RunAsync(rig.Model, DateTimeOffset.UnixEpoch, default);
        return days;
    }

    private static async Task<List<AccessTier?>> TiersAsync(LogRig rig)
    {
        var tiers = new List<AccessTier?>();
        await foreach (var blob in rig.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"model={rig.Model}/", default)) tiers.Add(blob.Properties.AccessTier);
        return tiers;
    }
}
