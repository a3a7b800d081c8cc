namespace Serverless.Core.Monitoring;

/// <summary>One alert: from the first breach to its end.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Monitor">The monitor's name.</param>
/// <param name="Signal">What the monitor watches.</param>
/// <param name="Cause">Whether it found breaches, or fails itself.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Severity">How urgent it is.</param>
/// <param name="Since">The start of the window in which the breaches began.</param>
public sealed record AlertState(
    Guid Id, string Model, string Monitor, Signal Signal, AlertCause Cause, AlertStatus Status, AlertSeverity Severity, DateTimeOffset Since)
{
    private const int MostSteps = 100;

    /// <summary>The newest finding in breach.</summary>
    public Guid? Finding { get; init; }

    /// <summary>What it says.</summary>
    public string? Summary { get; init; }

    /// <summary>What changed most.</summary>
    public IReadOnlyList<AlertCheck> Top { get; init; } = [];

    /// <summary>How much of what is watched it found in breach: the share of columns that drifted, or of rows with the commonest breach of the contract.</summary>
    public double? Share { get; init; }

    /// <summary>The newest windows, oldest first.</summary>
    public IReadOnlyList<AlertWindow> Recent { get; init; } = [];

    /// <summary>How often the rule has fired lately.</summary>
    public int Firings { get; init; }

    /// <summary>Whether it is held because it comes and goes.</summary>
    public bool Flapping { get; init; }

    /// <summary>Every step, oldest first.</summary>
    public IReadOnlyList<AlertTransition> History { get; init; } = [];

    /// <summary>When it was last said that it fires, to those who want to know; null while nobody has been told.</summary>
    public DateTimeOffset? Told { get; init; }

    /// <summary>What a silence keeps back.</summary>
    public AlertTransition? Withheld { get; init; }

    /// <summary>Counts its changes.</summary>
    public int Revision { get; init; }

    /// <summary>Whether it is not over.</summary>
    public bool Open => Status != AlertStatus.Resolved;

    /// <summary>The alert after a step.</summary>
    internal AlertState After(AlertTransition step) => this with { Status = step.To, History = [.. History.Skip(History.Count + 1 - MostSteps), step] };
}
