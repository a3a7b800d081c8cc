namespace Serverless.Core.Rollout;

/// <summary>Who must agree, and before what.</summary>
public sealed record ApprovalPolicy
{
    /// <summary>How many persons.</summary>
    public ApprovalsRequired Required { get; init; } = ApprovalsRequired.None;

    /// <summary>Before what.</summary>
    public Checkpoint Before { get; init; } = Checkpoint.Promotion;

    /// <summary>Who may; empty: everybody whose role allows it.</summary>
    public IReadOnlyList<string> Approvers { get; init; } = [];

    /// <summary>How long it is waited for them; then the candidate is rejected.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Why somebody cannot give an approval, or null if they can.</summary>
    public string? Refuses(string person, string registrant) =>
        Required == ApprovalsRequired.Two && string.Equals(person, registrant, StringComparison.Ordinal) ? $"{person} registered this version; four eyes are those of others"
        : Approvers.Count > 0 && !Approvers.Contains(person, StringComparer.Ordinal) ? $"{person} is not among those who approve: {string.Join(", ", Approvers)}"
        : null;
}

/// <summary>How many persons must agree.</summary>
public enum ApprovalsRequired
{
    /// <summary>Nobody.</summary>
    None,
    /// <summary>One person.</summary>
    One,
    /// <summary>Two persons, neither of them the one who registered the version.</summary>
    Two,
}

/// <summary>Where a rollout waits for others.</summary>
public enum Checkpoint
{
    /// <summary>Before the first caller is moved.</summary>
    Release,
    /// <summary>Before aliases flip.</summary>
    Promotion,
}

/// <summary>Another system's say: a subscriber approves or vetoes through a signed callback.</summary>
public sealed record ExternalGatePolicy
{
    /// <summary>Before what it is waited for.</summary>
    public Checkpoint Before { get; init; } = Checkpoint.Promotion;

    /// <summary>How long it is waited for.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What silence means.</summary>
    public Silence Silence { get; init; } = Silence.Veto;

    /// <summary>The webhook whose secret signs the verdict; null: the one with the gate's name.</summary>
    public string? Webhook { get; init; }
}

/// <summary>What it means when another system says nothing in time.</summary>
public enum Silence
{
    /// <summary>It does not agree.</summary>
    Veto,
    /// <summary>It does.</summary>
    Approve,
}
