using System.Globalization;
using Serverless.Core.Rollout;
using Serverless.Services.Tests.Monitoring.Alerts;
using Serverless.Testing;

namespace Serverless.Services.Tests.Rollout;

/// <summary>Whatever fails between any two calls to storage, whoever races, and however messages come: one champion, no move twice, nothing untold, and an end.</summary>
/// <remarks>On storages of its own: others' questions would be answered here. <c>ROLLOUT_HISTORIES</c> and <c>ROLLOUT_SEED</c> ask for more of them, and for which.</remarks>
public sealed class RolloutFaultTests
{
    private const int Usual = 120;
    private const int OfOneStorage = 100;

    [Fact]
    public async Task Histories_WithEveryFault_StayOneTruthAndSettle()
    {
        await using var topic = await Receiver.StartAsync();
        var first = int.Parse(Environment.GetEnvironmentVariable("ROLLOUT_SEED") ?? "1", CultureInfo.InvariantCulture);
        var histories = int.Parse(Environment.GetEnvironmentVariable("ROLLOUT_HISTORIES") ?? $"{Usual}", CultureInfo.InvariantCulture);
        var (deaths, ends) = (0, new Dictionary<RolloutStage, int>());
        // The emulator becomes slow with what it holds.
        foreach (var seeds in Enumerable.Range(first, histories).Chunk(OfOneStorage))
        {
            await using var azurite = new AzuriteFixture();
            await azurite.InitializeAsync();
            await using var world = new RolloutFaultWorld(azurite.ConnectionString, topic, await Versions.PoolAsync(azurite.ConnectionString, topic.Address + "/events", 4));
            foreach (var seed in seeds) await world.RunAsync(seed);
            deaths += world.Deaths;
            foreach (var (stage, count) in world.Ended) ends[stage] = ends.GetValueOrDefault(stage) + count;
            TestContext.Current.SendDiagnosticMessage($"{seeds[^1] - first + 1} histories, {deaths} hosts died; rollouts ended {string.Join(", ", ends.OrderBy(one => one.Key).Select(one => $"{one.Key} {one.Value}"))}.");
        }

        Assert.True(histories < Usual || (deaths > histories / 4 && ends.Count == 4), $"{deaths} hosts died; rollouts ended {string.Join(", ", ends.Keys)}.");
    }
}
