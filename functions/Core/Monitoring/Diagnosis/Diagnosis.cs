namespace Serverless.Core.Monitoring;

/// <summary>Where to look first, and why: what an experienced engineer would find out before anything else.</summary>
/// <param name="Text">All of it in a few sentences.</param>
/// <param name="Signals">The signals that moved, the first first; then those that did not, in causal order.</param>
/// <param name="Subjects">What changed most.</param>
/// <param name="Segments">The parts of the rows that carry it; empty where it is everywhere, or where nobody looked by segment.</param>
/// <param name="Deployment">Whether it began with a version.</param>
public sealed record Diagnosis(
    string Text, IReadOnlyList<DiagnosisSignal> Signals, IReadOnlyList<DiagnosisSubject> Subjects, IReadOnlyList<DiagnosisSegment> Segments, DiagnosisDeployment Deployment);

/// <summary>What a diagnosis is made from.</summary>
/// <param name="Cause">Breaches, or scans that fail.</param>
/// <param name="Since">Where the alert's breaches began.</param>
/// <param name="Finding">The alert's newest finding.</param>
/// <param name="Recent">The model's recent findings of all monitors, in any order.</param>
/// <param name="Deployments">When versions were put to serve, in any order.</param>
public sealed record DiagnosisCase(AlertCause Cause, DateTimeOffset Since, Finding Finding, IReadOnlyList<Finding> Recent, IReadOnlyList<Deployment> Deployments);

/// <summary>A version was put to serve.</summary>
/// <param name="Time">When.</param>
/// <param name="Version">Which.</param>
/// <param name="Alias">Under which alias.</param>
public sealed record Deployment(DateTimeOffset Time, int Version, string Alias);

/// <summary>What a signal did.</summary>
public enum SignalState
{
    /// <summary>It is in breach, together with the alert.</summary>
    Moved,
    /// <summary>It was looked at, and is as it should be.</summary>
    Steady,
    /// <summary>It was looked at, without a verdict: too few rows, nothing to compare with, or failed scans.</summary>
    Unclear,
    /// <summary>No monitor looks at it.</summary>
    NotWatched,
}

/// <summary>A signal in a diagnosis.</summary>
/// <param name="Signal">Which.</param>
/// <param name="State">What it did.</param>
/// <param name="First">The window of its first breach, where it moved.</param>
/// <param name="Monitors">The monitors that say so.</param>
/// <param name="Words">What they say.</param>
public sealed record DiagnosisSignal(Signal Signal, SignalState State, TimeWindow? First, IReadOnlyList<string> Monitors, string? Words);

/// <summary>Something that changed.</summary>
/// <param name="Name">A column's or a figure's name.</param>
/// <param name="Signals">The signals in which it is in breach, in causal order.</param>
/// <param name="Words">What the checks say, the weightiest first.</param>
/// <param name="Weight">How many times over what matters its change is; 1 where nobody can say.</param>
/// <param name="PValue">How sure that is: the smallest p-value, or null.</param>
public sealed record DiagnosisSubject(string Name, IReadOnlyList<Signal> Signals, IReadOnlyList<string> Words, double Weight, double? PValue);

/// <summary>A part of the rows that carries what changed.</summary>
/// <param name="Segment">Which.</param>
/// <param name="Breached">Its checks in breach.</param>
/// <param name="Judged">Its checks with a verdict.</param>
/// <param name="Weight">How many times the change of all rows its change is; null where all rows have no such check.</param>
/// <param name="Words">Its weightiest check.</param>
public sealed record DiagnosisSegment(string Segment, int Breached, int Judged, double? Weight, string Words);

/// <summary>Whether a deployment can be the cause.</summary>
public enum DeploymentVerdict
{
    /// <summary>The first breach is in the first window that a version served.</summary>
    BeganWith,
    /// <summary>It began at another time.</summary>
    NotRelated,
    /// <summary>Nothing is known from before.</summary>
    Unknown,
}

/// <summary>A deployment in a diagnosis.</summary>
/// <param name="Verdict">Whether it began with it.</param>
/// <param name="Version">The version, where one is meant.</param>
/// <param name="Time">When it was put to serve, where that is known.</param>
/// <param name="Words">In words.</param>
public sealed record DiagnosisDeployment(DeploymentVerdict Verdict, int? Version, DateTimeOffset? Time, string Words);
