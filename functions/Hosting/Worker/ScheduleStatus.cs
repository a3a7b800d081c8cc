namespace Microsoft.Azure.Functions.Worker;

/// <summary>A timer's stored state.</summary>
public class ScheduleStatus
{
    /// <summary>The last scheduled run.</summary>
    public DateTime Last { get; set; }

    /// <summary>The next scheduled run.</summary>
    public DateTime Next { get; set; }

    /// <summary>When the state was written.</summary>
    public DateTime LastUpdated { get; set; }
}
