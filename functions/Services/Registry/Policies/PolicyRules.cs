using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;

namespace Serverless.Services.Registry.Policies;

/// <summary>What a schema cannot say: bounds on durations, and what depends on more than one member.</summary>
internal static class PolicyRules
{
    public static IReadOnlyList<string> Breaches(ModelPolicy policy) =>
    [
        .. Outside("/serving/timeout", policy.Serving.Timeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(230)),
        .. policy.Serving.Batching is { } batching
            ? Outside("/serving/batching/maxDelay", batching.MaxDelay, TimeSpan.FromMicroseconds(100), TimeSpan.FromSeconds(1))
            : [],
        .. Outside("/logging/flushAfter", policy.Logging.FlushAfter, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
        .. policy.Monitoring.Monitors.SelectMany(monitor => Breaches($"/monitoring/monitors/{monitor.Key}", monitor.Value)),
        .. policy.Monitoring.Slos.SelectMany(slo => SloRules.Breaches($"/monitoring/slos/{slo.Key}", slo.Value)),
        .. RolloutRules.Breaches(policy.Rollout, "/rollout"),
    ];

    private static IEnumerable<string> Breaches(string pointer, MonitorPolicy monitor) =>
    [
        .. monitor.Signal is null ? [$"{pointer}/signal: a monitor that is none of the defaults ({string.Join(", ", MonitoringPolicy.Defaults.Keys.Order())}) states what it watches"] : Array.Empty<string>(),
        .. Outside($"{pointer}/window/length", monitor.Window.Length, TimeSpan.FromMinutes(1), TimeSpan.FromDays(31)),
        .. Outside($"{pointer}/every", monitor.Stride, TimeSpan.FromMinutes(1), TimeSpan.FromDays(31)),
        .. Outside($"{pointer}/delay", monitor.Delay, TimeSpan.Zero, TimeSpan.FromDays(1)),
        .. monitor.Alert.Breaches > monitor.Alert.Windows ? [$"{pointer}/alert/breaches: {monitor.Alert.Breaches} of {monitor.Alert.Windows} windows cannot be"] : Array.Empty<string>(),
    ];

    private static IEnumerable<string> Outside(string pointer, TimeSpan value, TimeSpan minimum, TimeSpan maximum)
    {
        if (value < minimum || value > maximum)
            yield return $"{pointer}: {value.TotalSeconds} s is outside {minimum.TotalSeconds} s to {maximum.TotalSeconds} s";
    }
}
