namespace Microsoft.Azure.Functions.Worker;

/// <summary>Tries again after times that double.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ExponentialBackoffRetryAttribute : RetryAttribute
{
    /// <summary>So many retries, between these times apart.</summary>
    public ExponentialBackoffRetryAttribute(int maxRetryCount, string minimumInterval, string maximumInterval) =>
        (MaxRetryCount, MinimumInterval, MaximumInterval) = (maxRetryCount, minimumInterval, maximumInterval);

    /// <summary>The first and shortest time, <c>hh:mm:ss</c>.</summary>
    public string MinimumInterval { get; }

    /// <summary>The longest time, <c>hh:mm:ss</c>.</summary>
    public string MaximumInterval { get; }
}
