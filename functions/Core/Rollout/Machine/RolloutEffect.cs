namespace Serverless.Core.Rollout;

/// <summary>What is to be done when a rollout has moved. Effects of one move are one transaction.</summary>
public abstract record RolloutEffect
{
    /// <summary>Callers and shadows are split like this from now on.</summary>
    public sealed record SetTraffic(TrafficPlan Plan) : RolloutEffect;

    /// <summary>The champion's alias moves, if it still is where it was; else the move is refused and <see cref="RolloutEvent.ChampionChanged"/> is to be sent.</summary>
    public sealed record FlipChampion(int? From, int To) : RolloutEffect;

    /// <summary>The candidate is to be validated.</summary>
    public sealed record Validate(int Version) : RolloutEffect;

    /// <summary>A version is to be loaded everywhere before callers meet it, and to stay so.</summary>
    public sealed record KeepWarm(int Version) : RolloutEffect;

    /// <summary>A version need not stay loaded.</summary>
    public sealed record LetGo(int Version) : RolloutEffect;

    /// <summary>A version must not be a candidate again until somebody lifts that.</summary>
    public sealed record Quarantine(int Version, string Reason) : RolloutEffect;

    /// <summary>Persons or other systems are asked.</summary>
    public sealed record Ask(Checkpoint Before, int Persons, IReadOnlyList<string> Gates) : RolloutEffect;

    /// <summary>The next candidate begins, with those that wait behind it.</summary>
    public sealed record Begin(int Version, IReadOnlyList<int> Waiting) : RolloutEffect;

    /// <summary>An event is to be published.</summary>
    public sealed record Publish(RolloutStage From, RolloutStage To, string Words) : RolloutEffect;
}
