namespace Serverless.Core.Monitoring;

/// <summary>
/// What silences keep back. A firing that was kept back is told when the silence ends, if it still fires then and nobody has acknowledged it; the end of an
/// alert is kept back likewise, if its beginning was told. Nobody hears of the end of something whose beginning nobody heard of.
/// </summary>
public static class Silencing
{
    /// <summary>An outcome whose announcements are only those that nobody silences; what is kept back is noted in the alerts.</summary>
    public static AlertOutcome Apply(AlertOutcome outcome, IReadOnlyList<Silence> silences, DateTimeOffset now)
    {
        var told = new List<Announcement>();
        foreach (var announcement in outcome.Announcements)
        {
            var (alert, silent) = Apply(outcome.Alerts.Single(one => one.Id == announcement.Alert), announcement.Step, silences, now);
            if (!silent) told.Add(announcement);
            outcome = outcome.With(alert);
        }

        return outcome with { Announcements = told };
    }

    /// <summary>One step: the alert as it is kept, and whether nobody is told of it.</summary>
    public static (AlertState Alert, bool Silent) Apply(AlertState alert, AlertTransition step, IReadOnlyList<Silence> silences, DateTimeOffset now)
    {
        var silent = silences.Any(silence => silence.Covers(alert, now));
        return step.To switch
        {
            AlertStatus.Firing when silent && step.From != AlertStatus.Firing => (alert with { Withheld = step, Told = null }, true),
            AlertStatus.Resolved when alert.Told is null => (alert with { Withheld = null }, true),
            AlertStatus.Resolved when silent => (alert with { Withheld = step }, true),
            AlertStatus.Firing or AlertStatus.Acknowledged or AlertStatus.Pending or AlertStatus.Resolved => (alert, silent),
        };
    }

    /// <summary>What is told when silences have ended. Null while one still covers the alert, or when nothing is kept back.</summary>
    public static (AlertState Alert, Announcement? Told)? Release(AlertState alert, IReadOnlyList<Silence> silences, DateTimeOffset now)
    {
        if (alert.Withheld is not { } step || silences.Any(silence => silence.Covers(alert, now))) return null;
        var free = alert with { Withheld = null, Revision = alert.Revision + 1 };
        if (step.To != alert.Status) return (free, null);
        return (step.To == AlertStatus.Firing ? free with { Told = now } : free, new(alert.Id, step));
    }

    /// <summary>When the silences that cover an alert now have all ended, as far as they are known; null when none does.</summary>
    public static DateTimeOffset? End(AlertState alert, IReadOnlyList<Silence> silences, DateTimeOffset now) =>
        silences.Where(silence => silence.Covers(alert, now)).Select(silence => (DateTimeOffset?)silence.To).Max();
}
