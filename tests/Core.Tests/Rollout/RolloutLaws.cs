using FsCheck.Xunit;
using Serverless.Core.Rollout;

namespace Serverless.Core.Tests.Rollout;

public sealed class RolloutLaws
{
    [Property(MaxTest = 4_000, EndSize = 1_000_000)]
    public void Histories_WithEventsLateTwiceLostAndOutOfOrder_KeepOneChampionAndSettle(int seed)
    {
        var world = new RolloutWorld(Policy(new(seed)), seed);
        world.Run(60);
        var champions = world.Rollouts.Where(one => one.Stage == RolloutStage.Champion).ToArray();
        Assert.True(champions.Length <= 1, "One champion.");
        Assert.All(champions, one => Assert.Equal(world.Champion, one.Version));
        world.Settle();
        Assert.All(world.Rollouts, one => Assert.True(one.IsSettled, $"{one.Stage} {one.Step} never ends."));
        Assert.All(world.Rollouts, one => Assert.Equal(one.Stage.IsEnd(), one.Ended is not null));
    }

    [Property(MaxTest = 500, EndSize = 1_000_000)]
    public void Histories_LeftToTimeAlone_Settle(int seed)
    {
        var world = new RolloutWorld(Policy(new(seed)), seed);
        world.Run(8);
        world.Settle();
        Assert.All(world.Rollouts, one => Assert.True(one.IsSettled, $"{one.Stage} {one.Step} never ends."));
    }

    [Fact]
    public void Histories_Together_ComeToEveryStageAndEffect()
    {
        var worlds = Enumerable.Range(0, 400).Select(seed => new RolloutWorld(Policy(new(seed)), seed)).ToArray();
        foreach (var world in worlds)
        {
            world.Run(60);
            world.Settle();
        }

        var effects = typeof(RolloutEffect).GetNestedTypes().Select(type => type.Name);
        Assert.Empty(effects.Except(worlds.SelectMany(world => world.Effects)));
        Assert.Empty(Enum.GetValues<RolloutStage>().Except(worlds.SelectMany(world => world.Rollouts).SelectMany(one => one.Entered.Keys)));
        Assert.Empty(typeof(RolloutEvent).GetNestedTypes().Select(type => type.Name).Except(worlds.SelectMany(world => world.Took)));
    }

    internal static RolloutPolicy Policy(Random random) => new()
    {
        Validation = new() { Enabled = random.Next(4) > 0 },
        Shadow = new() { Enabled = random.Next(3) > 0, AtDeadline = (AtDeadline)random.Next(3), Challengers = random.Next(1, 4) },
        Release = new()
        {
            Strategy = (ReleaseStrategy)random.Next(7), StepSize = 0.3, BakingTime = TimeSpan.FromMinutes(random.Next(0, 200)),
            Steps = [new(0.05), new(0.5, TimeSpan.FromHours(1)), new(1)], Trial = new() { Outcome = "click" },
        },
        Approvals = new() { Required = (ApprovalsRequired)random.Next(3), Before = (Checkpoint)random.Next(2), TimeLimit = TimeSpan.FromDays(2) },
        External = random.Next(3) > 0 ? new Dictionary<string, ExternalGatePolicy>() : new() { ["risk"] = new() { Before = (Checkpoint)random.Next(2), Silence = (Silence)random.Next(2) } },
        Newer = (NewerCandidate)random.Next(3),
        Watch = TimeSpan.FromHours(random.Next(0, 10)),
        Retirement = TimeSpan.FromHours(random.Next(10, 30)),
    };
}
