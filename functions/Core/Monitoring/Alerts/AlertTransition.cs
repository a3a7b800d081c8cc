namespace Serverless.Core.Monitoring;

/// <summary>A step of an alert.</summary>
/// <param name="Id">UUIDv7. The id of the event and of every delivery that tells of it: whoever hears of it twice can tell.</param>
/// <param name="From">Where it stood; null for a new alert.</param>
/// <param name="To">Where it stands now; the same as before for a reminder.</param>
/// <param name="Time">When.</param>
/// <param name="Actor">By whom: the suite itself, or somebody.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record AlertTransition(Guid Id, AlertStatus? From, AlertStatus To, DateTimeOffset Time, string Actor, string Reason)
{
    /// <summary>The steps that there are.</summary>
    public static bool Allows(AlertStatus? from, AlertStatus to) => (from, to) switch
    {
        (null, AlertStatus.Pending or AlertStatus.Firing) => true,
        (AlertStatus.Pending, AlertStatus.Firing or AlertStatus.Resolved) => true,
        (AlertStatus.Firing, AlertStatus.Firing or AlertStatus.Acknowledged or AlertStatus.Resolved) => true,
        (AlertStatus.Acknowledged, AlertStatus.Resolved) => true,
        _ => false,
    };
}

/// <summary>Now, and the ids of what happens now.</summary>
/// <param name="Now">The time.</param>
/// <param name="NextId">A new UUIDv7 each time.</param>
public sealed record Moment(DateTimeOffset Now, Func<Guid> NextId);
