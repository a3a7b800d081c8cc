using System.Text.Json;
using Serverless.Core.Rollout;

namespace Serverless.Core.Tests.Rollout;

/// <summary>A model with its champion, its rollouts, and messages under way: what storage and events do, seeded.</summary>
internal sealed class RolloutWorld(RolloutPolicy policy, int seed)
{
    private readonly Random random = new(seed);
    private readonly PriorityQueue<RolloutEvent, DateTimeOffset> bus = new();
    private readonly List<RolloutState> rollouts = [];
    private readonly HashSet<string> taken = [];
    private int events, versions = 1;

    public static DateTimeOffset Start { get; } = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    public DateTimeOffset Now { get; private set; } = Start;

    public int? Champion { get; private set; } = 1;

    public TrafficPlan? Traffic { get; private set; }

    public IReadOnlyList<RolloutState> Rollouts => rollouts;

    /// <summary>Which effects there were.</summary>
    public HashSet<string> Effects { get; } = [];

    /// <summary>Which events moved something.</summary>
    public HashSet<string> Took { get; } = [];

    public void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            Now += TimeSpan.FromSeconds(random.Next(1, 7_200));
            if (random.Next(6) == 0) Propose();
            if (random.Next(40) == 0) ChangeByHand();
            if (rollouts.Count > 0 && random.Next(3) > 0) Send(Something(random.Next(8) == 0 ? rollouts[random.Next(rollouts.Count)] : rollouts[^1]));
            Deliver(Now);
            if (random.Next(3) == 0) Wake();
        }

        Deliver(DateTimeOffset.MaxValue);
    }

    /// <summary>Nothing but time passes.</summary>
    public void Settle()
    {
        for (var turn = 0; turn < 2_000 && rollouts.Any(one => !one.IsSettled); turn++)
        {
            Wake();
            Deliver(DateTimeOffset.MaxValue);
            if (rollouts.Where(one => !one.IsSettled).Select(one => RolloutClock.NextWake(one, policy, Now)).Min() is { } next && !rollouts.Any(one => RolloutClock.Due(one, policy, Now).Count > 0)) Now = next;
        }
    }

    private void Wake()
    {
        foreach (var rollout in rollouts.ToArray())
            foreach (var due in RolloutClock.Due(rollout, policy, Now))
                for (var hosts = random.Next(1, 4); hosts > 0; hosts--) Take(due);
    }

    private void Propose()
    {
        var version = ++versions;
        if (rollouts.SingleOrDefault(one => !one.IsOver) is not { } open) Begin(version, []);
        else Send(new RolloutEvent.Superseded(Id(), open.Id, version));
    }

    private void ChangeByHand()
    {
        Champion = random.Next(1, versions + 1);
        Tell();
    }

    // The outbox loses nothing: this event comes late, twice, but it comes.
    private void Tell()
    {
        foreach (var rollout in rollouts.Where(one => !one.Stage.IsEnd())) Send(new RolloutEvent.ChampionChanged(Id(), rollout.Id, Champion), losable: false);
    }

    private void Begin(int version, IEnumerable<int> waiting)
    {
        if (RolloutMachine.Start(new(new Guid(rollouts.Count + 1, 0, 0, new byte[8]), "m", version, Champion, "ada", 1, Now) { Waiting = [.. waiting] }, policy) is Transition.Moved moved)
            rollouts.Add(moved.State);
    }

    private void Send(RolloutEvent happened, bool losable = true)
    {
        if (losable && random.Next(10) == 0) return;
        for (var copies = random.Next(1, 4); copies > 0; copies--) bus.Enqueue(happened, Now + TimeSpan.FromSeconds(random.Next(3) == 0 ? random.Next(86_400 * 3) : 0));
    }

    private void Deliver(DateTimeOffset until)
    {
        while (bus.TryPeek(out var happened, out var at) && at <= until)
        {
            bus.Dequeue();
            Take(happened);
        }
    }

    private void Take(RolloutEvent happened)
    {
        var at = rollouts.FindIndex(one => one.Id == happened.Rollout);
        var before = rollouts[at];
        switch (RolloutMachine.Apply(before, happened, policy, Now))
        {
            case Transition.Moved moved:
                if (moved.Effects.OfType<RolloutEffect.FlipChampion>().SingleOrDefault() is { } lost && lost.From != Champion)
                {
                    // The compare-and-swap of the transaction fails: nothing is written, and the rollout learns why.
                    Assert.True(Champion != before.Champion || before.Stage == RolloutStage.Champion);
                    Take(new RolloutEvent.ChampionChanged(Id(), before.Id, Champion));
                    return;
                }

                Assert.True(taken.Add(happened.Id), "One event, one move.");
                Assert.True(before.Stage == moved.State.Stage || RolloutStages.Allows(before.Stage, moved.State.Stage), $"{before.Stage} to {moved.State.Stage} by {happened}");
                Assert.Equal(before.Revision + 1, moved.State.Revision);
                Assert.IsType<Transition.Nothing>(RolloutMachine.Apply(moved.State, happened, policy, Now));
                rollouts[at] = Kept(moved.State);
                Took.Add(happened.GetType().Name);
                foreach (var effect in moved.Effects) Do(effect);
                break;
            case Transition.Refused refused:
                Assert.NotEmpty(refused.Reason);
                break;
        }

        Assert.True(rollouts.Count(one => !one.IsOver) <= 1, "One rollout at a time.");
    }

    // Hosts come and go: what the machine remembers is what was stored.
    private static RolloutState Kept(RolloutState state)
    {
        var stored = JsonSerializer.Serialize(state);
        var read = JsonSerializer.Deserialize<RolloutState>(stored)!;
        Assert.Equal(stored, JsonSerializer.Serialize(read));
        return read;
    }

    private void Do(RolloutEffect effect)
    {
        Effects.Add(effect.GetType().Name);
        switch (effect)
        {
            case RolloutEffect.FlipChampion flip:
                Champion = flip.To;
                Tell();
                break;
            case RolloutEffect.SetTraffic set:
                Traffic = set.Plan;
                break;
            case RolloutEffect.Begin begin when !rollouts.Any(one => !one.IsOver):
                Begin(begin.Version, begin.Waiting);
                break;
        }
    }

    private string Id() => $"e{++events}";

    private RolloutEvent Something(RolloutState at) => random.Next(18) switch
    {
        0 or 1 => new RolloutEvent.ValidationFinished(Id(), at.Id, random.Next(4) > 0, "gates"),
        2 or 3 => new RolloutEvent.ShadowVerdict(Id(), at.Id, random.Next(4) > 0, "compared"),
        4 => new RolloutEvent.TrialVerdict(Id(), at.Id, random.Next(3) > 0, "tried"),
        5 => new RolloutEvent.Reallocated(Id(), at.Id, random.Next(1, 9), random.NextDouble()),
        6 => new RolloutEvent.BakeElapsed(Id(), at.Id, random.Next(4)),
        7 => new RolloutEvent.GuardrailTripped(Id(), at.Id, "errors", "too many"),
        8 or 9 or 10 => new RolloutEvent.Approved(Id(), at.Id, (Checkpoint)random.Next(2), "ada bob eve".Split(' ')[random.Next(3)]),
        11 => new RolloutEvent.ExternallyApproved(Id(), at.Id, random.Next(5) == 0 ? "nobody" : "risk", "risk-system"),
        12 => random.Next(4) == 0 ? new RolloutEvent.Vetoed(Id(), at.Id, random.Next(2) == 0 ? "risk" : null, "eve", "no") : new RolloutEvent.Aborted(Id(), at.Id, "eve", "no"),
        13 => new RolloutEvent.PausedByHand(Id(), at.Id, "bob", "lunch"),
        14 => new RolloutEvent.Resumed(Id(), at.Id, "bob"),
        15 => new RolloutEvent.Skipped(Id(), at.Id, at.Stage, at.Step, "bob", "hurry"),
        16 => new RolloutEvent.RolledBackByHand(Id(), at.Id, "bob", "worse"),
        _ => new RolloutEvent.DeadlinePassed(Id(), at.Id, (RolloutStage)random.Next(10)),
    };
}
