namespace Microsoft.Azure.Functions.Worker;

/// <summary>How often a failed run is tried again.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class RetryAttribute : Attribute
{
    /// <summary>For derived attributes.</summary>
    public RetryAttribute()
    {
    }

    /// <summary>Retries after the first attempt; -1 means without end.</summary>
    public int MaxRetryCount { get; set; }
}
