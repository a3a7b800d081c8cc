namespace Serverless.Core.Monitoring;

/// <summary>When a monitor's findings become an alert.</summary>
public sealed record AlertPolicy
{
    /// <summary>Whether they may at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Of the last <see cref="Windows"/>, so many must be in breach.</summary>
    public int Breaches { get; init; } = 1;

    /// <summary>How many of the newest windows are looked at.</summary>
    public int Windows { get; init; } = 1;

    /// <summary>Windows in a row without a breach before a firing alert is resolved.</summary>
    public int ResolveAfter { get; init; } = 1;

    /// <summary>How urgent it is.</summary>
    public AlertSeverity Severity { get; init; } = AlertSeverity.Warning;
}

/// <summary>How urgent an alert is.</summary>
public enum AlertSeverity
{
    /// <summary>Worth knowing.</summary>
    Info,
    /// <summary>To be looked at in working hours.</summary>
    Warning,
    /// <summary>To be looked at now.</summary>
    Critical,
}
