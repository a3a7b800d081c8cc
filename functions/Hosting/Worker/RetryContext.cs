namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which attempt an invocation is.</summary>
public abstract class RetryContext
{
    /// <summary>For the host.</summary>
    protected RetryContext()
    {
    }

    /// <summary>Retries before this attempt: 0 on the first.</summary>
    public abstract int RetryCount { get; }

    /// <summary>Retries allowed.</summary>
    public abstract int MaxRetryCount { get; }
}
