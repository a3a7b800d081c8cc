namespace Serverless.Core.Monitoring;

/// <summary>What an observation comes to.</summary>
/// <param name="Track">The monitor's windows and newest alert.</param>
/// <param name="Alerts">The alerts that have changed: none, one, or one that is over and the next.</param>
/// <param name="Announcements">What is to be told, in this order.</param>
public sealed record AlertOutcome(AlertTrack Track, IReadOnlyList<AlertState> Alerts, IReadOnlyList<Announcement> Announcements)
{
    /// <summary>The outcome with one alert in another state.</summary>
    internal AlertOutcome With(AlertState alert) => this with
    {
        Track = Track.Alert?.Id == alert.Id ? Track with { Alert = alert } : Track,
        Alerts = [.. Alerts.Select(one => one.Id == alert.Id ? alert : one)],
    };
}

/// <summary>Something to be told.</summary>
/// <param name="Alert">The alert's id.</param>
/// <param name="Step">What happened to it.</param>
public sealed record Announcement(Guid Alert, AlertTransition Step);
