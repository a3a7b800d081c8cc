namespace Serverless.Core.Monitoring;

/// <summary>A stretch of time.</summary>
/// <param name="From">Its start, included.</param>
/// <param name="To">Its end, not included.</param>
public readonly record struct TimeWindow(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>How long it is.</summary>
    public TimeSpan Length => To - From;
}
