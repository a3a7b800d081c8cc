namespace Serverless.Core.Rollout;

/// <summary>Something that happened, to one rollout. Its id makes it happen once, however often it arrives.</summary>
/// <param name="Id">The event's id; one that time causes has an id that follows from the state, so that every host makes the same.</param>
/// <param name="Rollout">The rollout's id.</param>
public abstract record RolloutEvent(string Id, Guid Rollout)
{
    /// <summary>The stage that waits for nothing goes on to the next: registered, validated.</summary>
    public sealed record StageOpened(string Id, Guid Rollout, RolloutStage From) : RolloutEvent(Id, Rollout);

    /// <summary>The offline gates have decided.</summary>
    public sealed record ValidationFinished(string Id, Guid Rollout, bool Passed, string Words) : RolloutEvent(Id, Rollout);

    /// <summary>The shadow's comparison is decided.</summary>
    public sealed record ShadowVerdict(string Id, Guid Rollout, bool Accepted, string Words) : RolloutEvent(Id, Rollout);

    /// <summary>An experiment on callers is decided.</summary>
    public sealed record TrialVerdict(string Id, Guid Rollout, bool Accepted, string Words) : RolloutEvent(Id, Rollout);

    /// <summary>A bandit's split is drawn anew. Rounds rise; an older one is refused.</summary>
    public sealed record Reallocated(string Id, Guid Rollout, int Round, double Share) : RolloutEvent(Id, Rollout);

    /// <summary>A step has baked: its time is over, no guardrail tripped, and it had its rows.</summary>
    public sealed record BakeElapsed(string Id, Guid Rollout, int Step) : RolloutEvent(Id, Rollout);

    /// <summary>A guardrail is broken.</summary>
    public sealed record GuardrailTripped(string Id, Guid Rollout, string Guardrail, string Words) : RolloutEvent(Id, Rollout);

    /// <summary>A person agrees, to what is asked now.</summary>
    public sealed record Approved(string Id, Guid Rollout, Checkpoint Before, string By) : RolloutEvent(Id, Rollout);

    /// <summary>Another system agrees.</summary>
    public sealed record ExternallyApproved(string Id, Guid Rollout, string Gate, string By) : RolloutEvent(Id, Rollout);

    /// <summary>A person, or another system for its gate, does not agree.</summary>
    public sealed record Vetoed(string Id, Guid Rollout, string? Gate, string By, string Reason) : RolloutEvent(Id, Rollout);

    /// <summary>A person ends it.</summary>
    public sealed record Aborted(string Id, Guid Rollout, string By, string Reason) : RolloutEvent(Id, Rollout);

    /// <summary>A person has it stand still. Guardrails stay in force.</summary>
    public sealed record PausedByHand(string Id, Guid Rollout, string By, string Reason) : RolloutEvent(Id, Rollout);

    /// <summary>A person lets it go on.</summary>
    public sealed record Resumed(string Id, Guid Rollout, string By) : RolloutEvent(Id, Rollout);

    /// <summary>A person skips the rest of a stage or step.</summary>
    public sealed record Skipped(string Id, Guid Rollout, RolloutStage Stage, int Step, string By, string Reason) : RolloutEvent(Id, Rollout);

    /// <summary>A newer candidate has come.</summary>
    public sealed record Superseded(string Id, Guid Rollout, int Newer) : RolloutEvent(Id, Rollout);

    /// <summary>A person sends callers back.</summary>
    public sealed record RolledBackByHand(string Id, Guid Rollout, string By, string Reason) : RolloutEvent(Id, Rollout);

    /// <summary>The champion was changed from outside.</summary>
    public sealed record ChampionChanged(string Id, Guid Rollout, int? To) : RolloutEvent(Id, Rollout);

    /// <summary>A new champion has been watched long enough.</summary>
    public sealed record WatchElapsed(string Id, Guid Rollout) : RolloutEvent(Id, Rollout);

    /// <summary>The former champion need not stay warm any longer.</summary>
    public sealed record RetirementElapsed(string Id, Guid Rollout) : RolloutEvent(Id, Rollout);

    /// <summary>A stage took too long.</summary>
    public sealed record DeadlinePassed(string Id, Guid Rollout, RolloutStage Stage) : RolloutEvent(Id, Rollout);

    /// <summary>Another system has said nothing in time.</summary>
    public sealed record ExternalSilent(string Id, Guid Rollout, string Gate) : RolloutEvent(Id, Rollout);

    /// <summary>It was paused for too long.</summary>
    public sealed record PauseExpired(string Id, Guid Rollout) : RolloutEvent(Id, Rollout);
}
