using System.Collections.Frozen;

namespace Serverless.Core.Monitoring;

/// <summary>One service level objective of a model: which share of its requests must go well, over how long, and who is told when the rest is used up too fast.</summary>
public sealed record SloPolicy
{
    /// <summary>The objectives of an empty document. Latency has no bound until the owner states one, and so is off.</summary>
    public static IReadOnlyDictionary<string, SloPolicy> Defaults { get; } = new Dictionary<string, SloPolicy>
    {
        ["availability"] = new() { Kind = SloKind.Availability },
        ["latency"] = new() { Kind = SloKind.Latency, Objective = 0.99 },
    }.ToFrozenDictionary();

    /// <summary>Whether it is watched.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>What going well means; null only in a document that is not valid.</summary>
    public SloKind? Kind { get; init; }

    /// <summary>The share of requests that must go well; the rest is the error budget.</summary>
    public double Objective { get; init; } = 0.995;

    /// <summary>For latency: how long an answer may take. Without it there is no objective.</summary>
    public TimeSpan? Within { get; init; }

    /// <summary>Over how long the objective holds, and the budget lasts.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromDays(30);

    /// <summary>With fewer requests in a rule's long window nobody is told.</summary>
    public int MinimumRequests { get; init; } = 100;

    /// <summary>A rule's long window must rule out, with at most this chance of being wrong, that the objective is kept.</summary>
    public double FalseAlarmRate { get; init; } = 0.001;

    /// <summary>When somebody is called.</summary>
    public BurnPolicy Page { get; init; } = BurnPolicy.PageDefault;

    /// <summary>When somebody is to look at it in working hours.</summary>
    public BurnPolicy Ticket { get; init; } = BurnPolicy.TicketDefault;

    /// <summary>Whether there is something to hold requests against.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool InForce => Enabled && (Kind == SloKind.Availability || (Kind == SloKind.Latency && Within is not null));

    /// <summary>The share of requests that may go wrong.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double Budget => 1 - Objective;
}

/// <summary>What going well means.</summary>
public enum SloKind
{
    /// <summary>The request did not fail for the service's sake.</summary>
    Availability,
    /// <summary>It was answered within a bound.</summary>
    Latency,
}

/// <summary>One urgency of an objective's alerts. The defaults are those of Google's SRE workbook, chapter 5, for a window of 30 days.</summary>
public sealed record BurnPolicy
{
    /// <summary>14.4 times too fast over an hour uses 2 % of the budget of 30 days, 6 times over six hours 5 %.</summary>
    public static BurnPolicy PageDefault { get; } = new()
    {
        Rules = [new(14.4, TimeSpan.FromHours(1), TimeSpan.FromMinutes(5)), new(6, TimeSpan.FromHours(6), TimeSpan.FromMinutes(30))],
        Every = TimeSpan.FromMinutes(1),
        Alert = new() { Severity = AlertSeverity.Critical },
    };

    /// <summary>As fast as the budget lasts, over three days: 10 % of it.</summary>
    public static BurnPolicy TicketDefault { get; } = new()
    {
        Rules = [new(1, TimeSpan.FromDays(3), TimeSpan.FromHours(6))],
        Every = TimeSpan.FromMinutes(30),
        Alert = new() { Severity = AlertSeverity.Warning },
    };

    /// <summary>One that trips is enough.</summary>
    public IReadOnlyList<BurnRule> Rules { get; init; } = [];

    /// <summary>How often they are looked at.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>When that becomes an alert.</summary>
    public AlertPolicy Alert { get; init; } = new();
}

/// <summary>Trips while the budget is used so much faster than it lasts, over a long window, so that it matters, and over a short one, so that it still goes on.</summary>
/// <param name="Burn">How many times as fast as the budget lasts.</param>
/// <param name="Long">The long window.</param>
/// <param name="Short">The short window.</param>
public sealed record BurnRule(double Burn, TimeSpan Long, TimeSpan Short);

/// <summary>One urgency of one objective, as a monitor looks at it.</summary>
/// <param name="Name">The objective's name.</param>
/// <param name="Slo">The objective.</param>
/// <param name="Burn">The urgency.</param>
/// <param name="Budget">Whether its findings tell what is left of the budget.</param>
public sealed record SloMonitor(string Name, SloPolicy Slo, BurnPolicy Burn, bool Budget)
{
    /// <summary>Before the names of such monitors: no monitor of a document holds a dot.</summary>
    public const string Prefix = "slo.";

    /// <summary>The monitors of an objective by name; none where it is not in force or a urgency has no rules.</summary>
    public static IEnumerable<KeyValuePair<string, MonitorPolicy>> Of(string name, SloPolicy slo)
    {
        if (!slo.InForce) yield break;
        if (slo.Page.Rules.Count > 0) yield return new($"{Prefix}{name}.page", Monitor(new(name, slo, slo.Page, Budget: false)));
        if (slo.Ticket.Rules.Count > 0) yield return new($"{Prefix}{name}.ticket", Monitor(new(name, slo, slo.Ticket, Budget: true)));
    }

    // Its window is the shortest that it looks at: what goes wrong in it goes wrong now.
    private static MonitorPolicy Monitor(SloMonitor slo) => new()
    {
        Signal = Signal.Operations,
        Slo = slo,
        Window = new() { Length = slo.Burn.Rules.Min(rule => rule.Short) },
        Every = slo.Burn.Every,
        MinimumRows = slo.Slo.MinimumRequests,
        FalseAlarmRate = slo.Slo.FalseAlarmRate,
        Alert = slo.Burn.Alert,
    };
}
