namespace Serverless.Core.Rollout;

/// <summary>Who must still agree at a checkpoint.</summary>
/// <param name="Persons">How many more.</param>
/// <param name="Gates">Which other systems.</param>
public sealed record RolloutNeeds(int Persons, IReadOnlyList<string> Gates)
{
    /// <summary>Whether nobody must.</summary>
    public bool AreMet => Persons == 0 && Gates.Count == 0;

    /// <summary>Of a rollout that waits.</summary>
    public static RolloutNeeds Of(RolloutState state, RolloutPolicy policy) => state.Awaiting is { } checkpoint ? At(checkpoint, state, policy) : new(0, []);

    internal static RolloutNeeds At(Checkpoint checkpoint, RolloutState state, RolloutPolicy policy)
    {
        var asked = policy.Approvals.Before == checkpoint ? (int)policy.Approvals.Required : 0;
        if (state.Asked && checkpoint == Checkpoint.Release) asked = Math.Max(asked, 1);
        return new(Math.Max(0, asked - state.Approvals.Length),
            [.. policy.External.Where(gate => gate.Value.Before == checkpoint && !state.External.ContainsKey(gate.Key)).Select(gate => gate.Key).Order(StringComparer.Ordinal)]);
    }
}
