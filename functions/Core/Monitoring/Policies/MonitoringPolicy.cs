using System.Collections.Frozen;
using Serverless.Core.Statistics;

namespace Serverless.Core.Monitoring;

/// <summary>What is watched of a model. An empty document already watches everything, by <see cref="Defaults"/>.</summary>
public sealed record MonitoringPolicy
{
    /// <summary>Monitors by name. One that has a default's name changes that default; <c>enabled: false</c> turns it off.</summary>
    public IReadOnlyDictionary<string, MonitorPolicy> Monitors { get; init; } = FrozenDictionary<string, MonitorPolicy>.Empty;

    /// <summary>The data contract by column; what has no entry follows the baseline's proposal.</summary>
    public IReadOnlyDictionary<string, ColumnContract> Contract { get; init; } = FrozenDictionary<string, ColumnContract>.Empty;

    /// <summary>Service level objectives by name. One that has a default's name changes that default; <c>enabled: false</c> turns it off.</summary>
    public IReadOnlyDictionary<string, SloPolicy> Slos { get; init; } = SloPolicy.Defaults;

    /// <summary>The monitors of an empty document.</summary>
    public static IReadOnlyDictionary<string, MonitorPolicy> Defaults { get; } = new Dictionary<string, MonitorPolicy>
    {
        ["feature-drift"] = new() { Signal = Signal.FeatureDrift },
        ["prediction-drift"] = new() { Signal = Signal.PredictionDrift },
        ["label-drift"] = new() { Signal = Signal.LabelDrift },
        ["data-quality"] = new() { Signal = Signal.DataQuality, Window = new() { Length = TimeSpan.FromHours(1) } },
        ["operations"] = new() { Signal = Signal.Operations, Window = new() { Length = TimeSpan.FromMinutes(15) }, Alert = new() { Severity = AlertSeverity.Critical } },
    }.ToFrozenDictionary();

    /// <summary>What is in force: the defaults, what the document says, and the objectives' alerts.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyDictionary<string, MonitorPolicy> InForce =>
        Defaults.Concat(Monitors).GroupBy(monitor => monitor.Key).Select(same => same.Last()).Where(monitor => monitor.Value.Enabled)
            .Concat(SlosInForce.SelectMany(slo => SloMonitor.Of(slo.Key, slo.Value))).ToDictionary();

    /// <summary>The objectives in force: the defaults, and what the document says.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyDictionary<string, SloPolicy> SlosInForce =>
        SloPolicy.Defaults.Concat(Slos).GroupBy(slo => slo.Key).Select(same => same.Last()).Where(slo => slo.Value.InForce).ToDictionary();
}

/// <summary>One monitor.</summary>
public sealed record MonitorPolicy
{
    /// <summary>What it watches; null only in a document that is not valid.</summary>
    public Signal? Signal { get; init; }

    /// <summary>Whether it does.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The rows of one scan.</summary>
    public WindowPolicy Window { get; init; } = new();

    /// <summary>From one scan to the next; null: the window's length, so that windows adjoin. Counted from midnight UTC, 1 January 1970.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>How long after its end a window is scanned, so that rows under way arrive.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What the window is compared with.</summary>
    public ReferencePolicy Reference { get; init; } = new();

    /// <summary>How features are compared, unless <see cref="Columns"/> says otherwise.</summary>
    public DriftMethod Method { get; init; } = DriftMethod.Auto;

    /// <summary>The effect from which on a change matters; null: the method's own.</summary>
    public double? RelevantEffect { get; init; }

    /// <summary>At most this share of clean scans alarms, over all features and segments together.</summary>
    public double FalseAlarmRate { get; init; } = 0.01;

    /// <summary>How p-values are corrected for the number of features and segments.</summary>
    public Correction Correction { get; init; } = Correction.BenjaminiHochberg;

    /// <summary>Fewer rows on either side give no verdict.</summary>
    public int MinimumRows { get; init; } = 30;

    /// <summary>The columns that are watched; empty: all that the signal has.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Rules of single columns.</summary>
    public IReadOnlyDictionary<string, ColumnRule> Columns { get; init; } = FrozenDictionary<string, ColumnRule>.Empty;

    /// <summary>Segment keys; each of their values is looked at on its own, too.</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];

    /// <summary>The weighted share of columns that must have drifted for the window to be in breach; 0: one is enough.</summary>
    public double DriftedShare { get; init; }

    /// <summary>Bounds for what is wrong with data.</summary>
    public QualityPolicy Quality { get; init; } = new();

    /// <summary>Bounds for how the service does.</summary>
    public OperationsPolicy Operations { get; init; } = new();

    /// <summary>When findings become an alert.</summary>
    public AlertPolicy Alert { get; init; } = new();

    /// <summary>For an objective's alerts: which. No document states it here.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public SloMonitor? Slo { get; init; }

    /// <summary>From one scan to the next.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public TimeSpan Stride => Every ?? (Window.Rows is null ? Window.Length : TimeSpan.FromHours(1));
}

/// <summary>The rows of one scan.</summary>
public sealed record WindowPolicy
{
    /// <summary>All rows of so long a time.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Instead: the newest so many rows of the last 30 days.</summary>
    public int? Rows { get; init; }
}

/// <summary>What a window is compared with.</summary>
public sealed record ReferencePolicy
{
    /// <summary>Which rows.</summary>
    public ReferenceKind Kind { get; init; } = ReferenceKind.Auto;

    /// <summary>For <see cref="ReferenceKind.Trailing"/>: so many windows before the one that is scanned.</summary>
    public int Windows { get; init; } = 7;
}

/// <summary>Which rows a window is compared with.</summary>
public enum ReferenceKind
{
    /// <summary>The version's baseline if it has one, otherwise the windows before.</summary>
    Auto,
    /// <summary>The version's baseline; without one there is no verdict.</summary>
    Baseline,
    /// <summary>The window before.</summary>
    Previous,
    /// <summary>Several windows before, taken together.</summary>
    Trailing,
    /// <summary>The same window a week ago.</summary>
    WeekAgo,
}

/// <summary>How one column is watched.</summary>
public sealed record ColumnRule
{
    /// <summary>How it is compared; null: as the monitor says.</summary>
    public DriftMethod? Method { get; init; }

    /// <summary>The effect from which on a change matters; null: as the monitor says.</summary>
    public double? RelevantEffect { get; init; }

    /// <summary>What it counts in <see cref="MonitorPolicy.DriftedShare"/>.</summary>
    public double Weight { get; init; } = 1;
}
