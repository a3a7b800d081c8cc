using System.Globalization;

namespace Serverless.Core.Rollout;

/// <summary>What time itself causes. Timers only wake; the state says what is due.</summary>
public static class RolloutClock
{
    /// <summary>The events that are due, earliest first. A <see cref="RolloutEvent.BakeElapsed"/> is to be sent only when the step's gates say proceed; all others as they are.</summary>
    public static IReadOnlyList<RolloutEvent> Due(RolloutState state, RolloutPolicy policy, DateTimeOffset now) =>
        [.. Timers(state, policy).Where(timer => timer.At <= now).OrderBy(timer => timer.At).Select(timer => timer.Event)];

    /// <summary>When something is due next; null when nothing ever is.</summary>
    public static DateTimeOffset? NextWake(RolloutState state, RolloutPolicy policy, DateTimeOffset now) =>
        Timers(state, policy).Select(timer => (DateTimeOffset?)timer.At).Where(at => at > now).Min();

    /// <summary>How long it has been in its stage and step, without the time that it stood still.</summary>
    public static TimeSpan Elapsed(RolloutState state, DateTimeOffset now)
    {
        var elapsed = (state.Paused?.Since ?? now) - state.Since - state.Stood;
        return elapsed > TimeSpan.Zero ? elapsed : TimeSpan.Zero;
    }

    /// <summary>Why an event that time causes cannot be yet, or null.</summary>
    internal static string? Refuses(RolloutState state, RolloutPolicy policy, RolloutEvent claimed, DateTimeOffset now)
    {
        var awaited = Timers(state, policy).Where(timer => timer.Event with { Id = claimed.Id } == claimed).Select(timer => (DateTimeOffset?)timer.At).FirstOrDefault();
        return awaited is not { } at ? "Nothing of the kind is waited for now."
            : at > now ? string.Create(CultureInfo.InvariantCulture, $"It is not due before {at:u}.")
            : null;
    }

    private static IEnumerable<(DateTimeOffset At, RolloutEvent Event)> Timers(RolloutState state, RolloutPolicy policy)
    {
        if (state.Paused is { } pause) return [(pause.Since + policy.PauseLimit, new RolloutEvent.PauseExpired(Id(state, $"pause-expired|{pause.Since.UtcTicks}"), state.Id))];
        var start = state.Since + state.Stood;
        return state.Stage switch
        {
            RolloutStage.Registered or RolloutStage.Validated => [(start, new RolloutEvent.StageOpened(Id(state, "opened"), state.Id, state.Stage))],
            RolloutStage.Validating => [(start + policy.Validation.TimeLimit, Late(state))],
            RolloutStage.Shadowing => [(start + policy.Shadow.Deadline, Late(state))],
            RolloutStage.AwaitingApproval => Awaited(state, policy, start),
            RolloutStage.Canary => Baking(state, policy, start),
            RolloutStage.Champion => Crowned(state, policy, start),
            RolloutStage.Retired or RolloutStage.Rejected or RolloutStage.RolledBack => [],
        };
    }

    private static IEnumerable<(DateTimeOffset, RolloutEvent)> Awaited(RolloutState state, RolloutPolicy policy, DateTimeOffset start)
    {
        var needs = RolloutNeeds.Of(state, policy);
        if (needs.Persons > 0) yield return (start + policy.Approvals.TimeLimit, Late(state));
        foreach (var gate in needs.Gates)
            yield return (start + policy.External[gate].TimeLimit, new RolloutEvent.ExternalSilent(Id(state, $"silent|{gate}"), state.Id, gate));
    }

    private static IEnumerable<(DateTimeOffset, RolloutEvent)> Baking(RolloutState state, RolloutPolicy policy, DateTimeOffset start)
    {
        if (!policy.Release.IsTrial && state.Step < policy.Release.Plan.Count)
            yield return (start + policy.Release.Plan[state.Step].Baking(policy.Release.BakingTime), new RolloutEvent.BakeElapsed(Id(state, "baked"), state.Id, state.Step));
        yield return (state.Entered[RolloutStage.Canary] + state.StoodInRelease + policy.Release.Baking + policy.Release.Deadline, Late(state));
    }

    private static IEnumerable<(DateTimeOffset, RolloutEvent)> Crowned(RolloutState state, RolloutPolicy policy, DateTimeOffset start)
    {
        if (!state.Watched) yield return (start + policy.Watch, new RolloutEvent.WatchElapsed(Id(state, "watched"), state.Id));
        if (!state.FormerLetGo) yield return (start + policy.Retirement, new RolloutEvent.RetirementElapsed(Id(state, "retired"), state.Id));
    }

    private static RolloutEvent.DeadlinePassed Late(RolloutState state) => new(Id(state, "late"), state.Id, state.Stage);

    // The same on every host, so that of two that wake, one moves and the other repeats.
    private static string Id(RolloutState state, string what) => string.Create(CultureInfo.InvariantCulture, $"{state.Id:N}|{state.Stage}|{state.Step}|{state.Since.UtcTicks}|{what}");
}
