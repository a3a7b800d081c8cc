namespace Serverless.Services.Events;

/// <summary>The types of the events that the suite publishes, and their source.</summary>
public static class EventTypes
{
    /// <summary>Every event's source.</summary>
    public const string Source = "/serverless-mlops";

    /// <summary>The prefix of what happens in the registry; the rest is the audit entry's action.</summary>
    public const string Registry = "Serverless.Registry.";

    /// <summary>The prefix of what monitoring tells: <c>AlertFired</c>, <c>AlertReminded</c>, <c>AlertAcknowledged</c>, <c>AlertResolved</c>.</summary>
    public const string Monitoring = "Serverless.Monitoring.";
}
