namespace Serverless.Core.Monitoring;

/// <summary>Where an alert stands. From pending to firing or resolved; from firing to acknowledged or resolved; from acknowledged to resolved.</summary>
public enum AlertStatus
{
    /// <summary>Some windows are in breach, fewer than the policy asks for. Nobody is told.</summary>
    Pending,
    /// <summary>As many windows as the policy asks for are in breach.</summary>
    Firing,
    /// <summary>It still fires, and somebody has taken it: no more reminders.</summary>
    Acknowledged,
    /// <summary>It is over. The next breach begins another alert.</summary>
    Resolved,
}

/// <summary>What an alert is about.</summary>
public enum AlertCause
{
    /// <summary>The monitor found breaches.</summary>
    Breach,
    /// <summary>The monitor itself fails: nobody watches.</summary>
    Failing,
}
