using Serverless.Core.Registry;

namespace Serverless.Services.Registry.Policies;

/// <summary>What a schema cannot say: bounds on durations.</summary>
internal static class PolicyRules
{
    public static IReadOnlyList<string> Breaches(ModelPolicy policy) =>
    [
        .. Outside("/serving/timeout", policy.Serving.Timeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(230)),
        .. policy.Serving.Batching is { } batching
            ? Outside("/serving/batching/maxDelay", batching.MaxDelay, TimeSpan.FromMicroseconds(100), TimeSpan.FromSeconds(1))
            : [],
        .. Outside("/logging/flushAfter", policy.Logging.FlushAfter, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
    ];

    private static IEnumerable<string> Outside(string pointer, TimeSpan value, TimeSpan minimum, TimeSpan maximum)
    {
        if (value < minimum || value > maximum)
            yield return $"{pointer}: {value.TotalSeconds} s is outside {minimum.TotalSeconds} s to {maximum.TotalSeconds} s";
    }
}
