using System.Globalization;
using Serverless.Core.Problems;

namespace Serverless.Core.Monitoring;

/// <summary>An alert's state machine. It does nothing; it says what is to be done.</summary>
public static class AlertMachine
{
    /// <summary>Who acts when nobody does.</summary>
    public const string System = "system";

    /// <summary>An alert that fires and that nobody has acknowledged is told again with the first finding after this time.</summary>
    public static readonly TimeSpan RemindAfter = TimeSpan.FromHours(24);

    private const int LeastRecent = 8;

    /// <summary>Takes a finding. Null when it changes nothing: it is known, superseded, or older than what is kept.</summary>
    public static AlertOutcome? Observe(AlertTrack track, AlertPolicy policy, Finding finding, Moment moment)
    {
        if (track.With(finding, policy, FlapRule.Default) is not { } next) return null;
        var (cause, course) = next.Course(policy, FlapRule.Default);
        if (!policy.Enabled) course = new(null, null, course.Firings, false);
        var settling = new Settling(next, policy, finding, cause, course, moment);
        return settling.Settle();
    }

    /// <summary>Somebody takes an alert: no more reminders. It still resolves by itself. Null when somebody has already.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.Conflict"/>: it does not fire.</exception>
    public static (AlertState Alert, Announcement Told)? Acknowledge(AlertState alert, string actor, string? comment, Moment moment)
    {
        if (alert.Status == AlertStatus.Acknowledged) return null;
        if (alert.Status != AlertStatus.Firing) throw new ProblemException(ProblemKind.Conflict, $"The alert is {alert.Status.ToString().ToLowerInvariant()}; only one that fires can be acknowledged.");
        var step = new AlertTransition(moment.NextId(), alert.Status, AlertStatus.Acknowledged, moment.Now, actor, comment ?? "Acknowledged.");
        return (alert.After(step) with { Revision = alert.Revision + 1 }, new(alert.Id, step));
    }

    /// <summary>Nobody watches any more, and with that nobody could take the alert back. Null when none is open.</summary>
    public static AlertOutcome? Withdraw(AlertTrack track, string why, Moment moment)
    {
        if (track.Open is not { } open) return null;
        var step = new AlertTransition(moment.NextId(), open.Status, AlertStatus.Resolved, moment.Now, System, why);
        var over = open.After(step) with { Revision = open.Revision + 1 };
        // As with any end: nobody heard of a pending alert.
        return new(track with { Alert = over }, [over], open.Status == AlertStatus.Pending ? [] : [new(over.Id, step)]);
    }

    private sealed class Settling(AlertTrack track, AlertPolicy policy, Finding finding, AlertCause cause, RuleCourse course, Moment moment)
    {
        private readonly List<AlertState> changed = [];
        private readonly List<Announcement> told = [];

        public AlertOutcome Settle()
        {
            var alert = track.Open is { } open ? Continue(open) : course.Status is null ? track.Alert : Begin();
            return new(track with { Alert = alert }, changed, told);
        }

        private AlertState Continue(AlertState open)
        {
            if (course.Status is null) return Change(Resolve(open, End(open)));
            if (open.Status == AlertStatus.Pending || (course.Status == AlertStatus.Firing && open.Cause == cause)) return Change(Move(Fresh(open)));
            // What fired is taken back, or something else is wrong now: that is another alert.
            Change(Resolve(open, open.Cause != cause ? "Something else is wrong now." : End(open)));
            return Begin();
        }

        private AlertState Begin()
        {
            var alert = Fresh(new(moment.NextId(), track.Model, track.Monitor, finding.Signal, cause, AlertStatus.Pending, policy.Severity, course.Since!.Value));
            return Change(Step(alert, null, course.Status!.Value, Why()));
        }

        private AlertState Move(AlertState alert)
        {
            if (alert.Status == AlertStatus.Pending) return course.Status == AlertStatus.Firing ? Step(alert, alert.Status, AlertStatus.Firing, Why()) : alert;
            return alert is { Status: AlertStatus.Firing, Withheld: null, Told: { } last } && moment.Now - last >= RemindAfter
                ? Step(alert, alert.Status, AlertStatus.Firing, "It still fires, and nobody has acknowledged it.")
                : alert;
        }

        // Nobody heard of a pending alert, so nobody is told of its end.
        private AlertState Resolve(AlertState alert, string why) => Step(alert, alert.Status, AlertStatus.Resolved, why, silent: alert.Status == AlertStatus.Pending);

        private AlertState Step(AlertState alert, AlertStatus? from, AlertStatus to, string why, bool silent = false)
        {
            var step = new AlertTransition(moment.NextId(), from, to, moment.Now, System, why);
            if (to != AlertStatus.Pending && !silent) told.Add(new(alert.Id, step));
            return alert.After(step) with { Told = to == AlertStatus.Firing ? moment.Now : alert.Told };
        }

        private AlertState Fresh(AlertState alert)
        {
            var evidence = track.Evidence(cause);
            return alert with
            {
                Signal = finding.Signal, Cause = cause, Severity = policy.Severity, Since = course.Since!.Value, Firings = course.Firings, Flapping = course.Flapping,
                Finding = evidence?.Finding, Summary = evidence?.Summary, Top = evidence?.Top ?? [], Share = evidence?.Share, Recent = Recent(),
            };
        }

        private AlertState Change(AlertState alert)
        {
            var counted = alert with { Recent = Recent(), Revision = alert.Revision + 1 };
            changed.Add(counted);
            return counted;
        }

        private AlertWindow[] Recent() => [.. track.Windows.TakeLast(Math.Max(policy.Windows, LeastRecent)).Select(window => window.Bare())];

        private string Why()
        {
            var what = cause == AlertCause.Failing ? "failed" : "in breach";
            return string.Create(CultureInfo.InvariantCulture, $"{policy.Breaches} of the last {policy.Windows} windows {(cause == AlertCause.Failing ? "" : "are ")}{what}{(course.Flapping ? "; it comes and goes" : "")}.")
                .Replace("1 of the last 1 windows are", "The last window is", StringComparison.Ordinal).Replace("1 of the last 1 windows failed", "The last scan failed", StringComparison.Ordinal);
        }

        private string End(AlertState alert) => !policy.Enabled ? "The policy no longer asks for this alert."
            : finding.Revision > 1 ? "A window was scanned again: what it found takes the alert back."
            : string.Create(CultureInfo.InvariantCulture, $"{(alert.Cause == AlertCause.Failing ? "Scans work again" : "No breach")} in the last {policy.ResolveAfter} {(policy.ResolveAfter == 1 ? "window" : "windows")}.");
    }
}
