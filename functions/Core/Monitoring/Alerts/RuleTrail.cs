namespace Serverless.Core.Monitoring;

/// <summary>What a window meant to a rule.</summary>
public enum TrailMark
{
    /// <summary>No breach.</summary>
    Quiet,
    /// <summary>A breach.</summary>
    Bad,
    /// <summary>The breach that made the rule fire.</summary>
    Fired,
    /// <summary>The quiet window that ended it: breaches before it do not count towards the next firing.</summary>
    Cleared,
}

/// <summary>A window on a rule's trail.</summary>
/// <param name="From">When it began.</param>
/// <param name="Mark">What it meant.</param>
public sealed record TrailStep(DateTimeOffset From, TrailMark Mark);

/// <summary>
/// The rule <c>k of the last n windows</c> on its way through windows in the order of their time: fires at a breach that is the k-th among the last n,
/// is over after so many quiet windows in a row, and is held when it flaps. A value: what it comes to depends on the windows alone.
/// </summary>
/// <param name="Since">Where the breaches began that make it fire now; null while it does not.</param>
/// <param name="Steps">The windows that still matter, oldest first.</param>
public sealed record RuleTrail(DateTimeOffset? Since, IReadOnlyList<TrailStep> Steps)
{
    /// <summary>Before any window.</summary>
    public static RuleTrail Start { get; } = new(null, []);

    /// <summary>The rule after one more window.</summary>
    public RuleTrail Step(DateTimeOffset from, bool bad, AlertPolicy policy, FlapRule flaps)
    {
        if (Since is not null) return bad ? Append(Since, from, TrailMark.Bad, policy, flaps) : Calm(from, policy, flaps);
        if (!bad) return Append(null, from, TrailMark.Quiet, policy, flaps);
        var counted = Append(null, from, TrailMark.Bad, policy, flaps);
        return counted.Bad(policy).Count() >= policy.Breaches
            ? Append(counted.Bad(policy).Last().From, from, TrailMark.Fired, policy, flaps)
            : counted;
    }

    /// <summary>What it comes to.</summary>
    public RuleCourse Course(AlertPolicy policy, FlapRule flaps)
    {
        var firings = Firings(flaps);
        return Since is { } since ? new(AlertStatus.Firing, since, firings, firings >= flaps.Firings)
            : Bad(policy).LastOrDefault() is { } first ? new(AlertStatus.Pending, first.From, firings, false)
            : new(null, null, firings, false);
    }

    private RuleTrail Calm(DateTimeOffset from, AlertPolicy policy, FlapRule flaps)
    {
        var quiet = 1 + Steps.Reverse().TakeWhile(step => step.Mark == TrailMark.Quiet).Count();
        var needed = Firings(flaps) >= flaps.Firings ? Math.Max(flaps.Quiet, policy.ResolveAfter) : policy.ResolveAfter;
        return quiet >= needed ? Append(null, from, TrailMark.Cleared, policy, flaps) : Append(Since, from, TrailMark.Quiet, policy, flaps);
    }

    // Newest first.
    private IEnumerable<TrailStep> Bad(AlertPolicy policy) =>
        Steps.Reverse().Take(policy.Windows).TakeWhile(step => step.Mark != TrailMark.Cleared).Where(step => step.Mark is TrailMark.Bad or TrailMark.Fired);

    private int Firings(FlapRule flaps) => Steps.Reverse().Take(flaps.Windows).Count(step => step.Mark == TrailMark.Fired);

    private RuleTrail Append(DateTimeOffset? since, DateTimeOffset from, TrailMark mark, AlertPolicy policy, FlapRule flaps)
    {
        var kept = Math.Max(Math.Max(policy.Windows, policy.ResolveAfter), Math.Max(flaps.Windows, flaps.Quiet));
        return new(since, [.. Steps.Skip(Steps.Count + 1 - kept), new(from, mark)]);
    }
}

/// <summary>What a rule comes to.</summary>
/// <param name="Status">Pending, firing, or null for neither.</param>
/// <param name="Since">Where the breaches began.</param>
/// <param name="Firings">How often it has fired lately.</param>
/// <param name="Flapping">Whether it fires and is held, because it comes and goes.</param>
public sealed record RuleCourse(AlertStatus? Status, DateTimeOffset? Since, int Firings, bool Flapping);
