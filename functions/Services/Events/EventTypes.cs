namespace Serverless.Services.Events;

/// <summary>The types of the events that the suite publishes, and their source.</summary>
public static class EventTypes
{
    /// <summary>Every event's source.</summary>
    public const string Source = "/serverless-mlops";

    /// <summary>The prefix of what happens in the registry; the rest is the audit entry's action.</summary>
    public const string Registry = "Serverless.Registry.";

    /// <summary>The prefix of what happens to rollouts; the rest is the audit entry's action without its <c>Rollout</c>.</summary>
    public const string Rollout = "Serverless.Rollout.";

    /// <summary>The prefix of what monitoring tells: <c>AlertFired</c>, <c>AlertReminded</c>, <c>AlertAcknowledged</c>, <c>AlertResolved</c>.</summary>
    public const string Monitoring = "Serverless.Monitoring.";

    private const string OfRollouts = "Rollout";

    /// <summary>The type of the event that tells of an action: <c>RolloutStarted</c> is <c>Serverless.Rollout.Started</c>, <c>AliasMoved</c> is <c>Serverless.Registry.AliasMoved</c>.</summary>
    public static string Of(string action) =>
        action.StartsWith(OfRollouts, StringComparison.Ordinal) && action.Length > OfRollouts.Length ? Rollout + action[OfRollouts.Length..] : Registry + action;

    /// <summary>Whether an event of a type tells of a change to a model: the model's audit trail has an entry with the event's id.</summary>
    public static bool IsChange(string type) => type.StartsWith(Registry, StringComparison.Ordinal) || type.StartsWith(Rollout, StringComparison.Ordinal);
}
