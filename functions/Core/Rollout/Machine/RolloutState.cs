using System.Collections.Immutable;

namespace Serverless.Core.Rollout;

/// <summary>One candidate's way, whole: all that the machine remembers.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Version">The candidate.</param>
/// <param name="Champion">The champion when it began, or null: it is what the candidate is compared with, and where callers go back to.</param>
/// <param name="Registrant">Who registered the candidate.</param>
/// <param name="Policy">The policy's version by which it goes, whatever is written later; 0 for the default.</param>
/// <param name="Created">When it was asked for.</param>
public sealed record RolloutState(Guid Id, string Model, int Version, int? Champion, string Registrant, int Policy, DateTimeOffset Created)
{
    internal const int MostApplied = 256;

    /// <summary>In which manner callers are moved, where whoever asked for it said so; null: as the policy says.</summary>
    public ReleaseStrategy? Strategy { get; init; }

    /// <summary>Where it stands.</summary>
    public RolloutStage Stage { get; init; }

    /// <summary>The release's step, from 0; before the release 0, too.</summary>
    public int Step { get; init; }

    /// <summary>When it came to this stage and step.</summary>
    public DateTimeOffset Since { get; init; } = Created;

    /// <summary>When it came to each stage, the first time.</summary>
    public ImmutableSortedDictionary<RolloutStage, DateTimeOffset> Entered { get; init; } = ImmutableSortedDictionary<RolloutStage, DateTimeOffset>.Empty.Add(RolloutStage.Registered, Created);

    /// <summary>Before what it waits, or has waited last.</summary>
    public Checkpoint? Awaiting { get; init; }

    /// <summary>Whether a person is asked even where the policy asks for none: the shadow had no verdict.</summary>
    public bool Asked { get; init; }

    /// <summary>Who has agreed.</summary>
    public ImmutableArray<Approval> Approvals { get; init; } = [];

    /// <summary>Which other systems have agreed, by the name of their gate.</summary>
    public ImmutableSortedDictionary<string, Approval> External { get; init; } = ImmutableSortedDictionary<string, Approval>.Empty;

    /// <summary>Why and since when it stands still, or null.</summary>
    public Pause? Paused { get; init; }

    /// <summary>How long it stood still in this stage and step, pauses that are over.</summary>
    public TimeSpan Stood { get; init; }

    /// <summary>How long it stood still since the release began, pauses that are over.</summary>
    public TimeSpan StoodInRelease { get; init; }

    /// <summary>A bandit's present share, and which drawing it comes from.</summary>
    public Allocation? Allocation { get; init; }

    /// <summary>Whether the new champion's watch is over.</summary>
    public bool Watched { get; init; }

    /// <summary>Whether the former champion has been let go.</summary>
    public bool FormerLetGo { get; init; }

    /// <summary>Candidates that wait for this one's end, first come first.</summary>
    public ImmutableArray<int> Waiting { get; init; } = [];

    /// <summary>Why it ended, in words.</summary>
    public string? Ended { get; init; }

    /// <summary>The ids of the newest events that it took, oldest first.</summary>
    public ImmutableArray<string> Applied { get; init; } = [];

    /// <summary>Counts its changes.</summary>
    public int Revision { get; init; }

    /// <summary>Whether nothing will happen to it by itself any more.</summary>
    public bool IsSettled => Stage.IsEnd() || (Stage == RolloutStage.Champion && Watched && FormerLetGo);

    /// <summary>Whether the next candidate may begin: this one has ended, or is champion and no longer watched.</summary>
    public bool IsOver => Stage.IsEnd() || (Stage == RolloutStage.Champion && Watched);

    /// <summary>Whether callers may meet the candidate before it is champion.</summary>
    public bool IsReleasing => Stage == RolloutStage.Canary || (Stage == RolloutStage.AwaitingApproval && Entered.ContainsKey(RolloutStage.Canary));
}

/// <summary>Somebody, or another system, agrees.</summary>
/// <param name="By">Who.</param>
/// <param name="At">When.</param>
public sealed record Approval(string By, DateTimeOffset At);

/// <summary>A rollout stands still.</summary>
/// <param name="By">By whose wish.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
public sealed record Pause(string By, string Reason, DateTimeOffset Since);

/// <summary>A bandit's split.</summary>
/// <param name="Share">The candidate's share.</param>
/// <param name="Round">Which drawing, from 1.</param>
public sealed record Allocation(double Share, int Round);
