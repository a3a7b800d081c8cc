using System.Collections.Immutable;

namespace Serverless.Core.Rollout;

/// <summary>What an event comes to.</summary>
public abstract record Transition
{
    /// <summary>The rollout has changed.</summary>
    /// <param name="State">What it is now.</param>
    /// <param name="Effects">What is to be done, in this order.</param>
    /// <param name="Words">Why, for the audit trail.</param>
    public sealed record Moved(RolloutState State, ImmutableArray<RolloutEffect> Effects, string Words) : Transition;

    /// <summary>It is not allowed, and nothing has changed.</summary>
    /// <param name="Reason">Why not.</param>
    public sealed record Refused(string Reason) : Transition;

    /// <summary>It has happened already, and nothing has changed.</summary>
    public sealed record Nothing : Transition;
}
