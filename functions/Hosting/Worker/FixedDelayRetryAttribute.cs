namespace Microsoft.Azure.Functions.Worker;

/// <summary>Tries again after a fixed time.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FixedDelayRetryAttribute : RetryAttribute
{
    /// <summary>So many retries, this far apart.</summary>
    public FixedDelayRetryAttribute(int maxRetryCount, string delayInterval) =>
        (MaxRetryCount, DelayInterval) = (maxRetryCount, delayInterval);

    /// <summary>The time between attempts, <c>hh:mm:ss</c>.</summary>
    public string DelayInterval { get; }
}
