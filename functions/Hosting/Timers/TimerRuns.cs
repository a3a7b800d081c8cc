using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Serverless.Hosting.Invocation;

namespace Serverless.Hosting.Timers;

/// <summary>Runs a timer function with the attempts that its retry attribute allows. A failure is logged and ends with it: the schedule goes on.</summary>
internal sealed class TimerRuns(BackgroundFunction function, TimeProvider clock)
{
    private readonly RetryAttribute? retry = function.Function.Retry;

    public async Task RunAsync(TimerInfo info, Halt halt)
    {
        var id = function.NewId();
        for (var attempt = 0; ; attempt++)
        {
            if (await TryAsync(info, attempt, id, halt.Drain) || retry is null) return;
            if (retry.MaxRetryCount >= 0 && attempt >= retry.MaxRetryCount) return;
            await Task.Delay(Delay(attempt), clock, halt.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (halt.Stop.IsCancellationRequested) return;
        }
    }

    /// <summary>How long to wait after an attempt, counted from 0.</summary>
    public static TimeSpan Delay(RetryAttribute retry, int attempt) => retry switch
    {
        FixedDelayRetryAttribute same => Span(same.DelayInterval),
        ExponentialBackoffRetryAttribute grows => Least(Span(grows.MinimumInterval) * Math.Pow(2, Math.Min(attempt, 30)), Span(grows.MaximumInterval)),
        _ => TimeSpan.Zero,
    };

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Span(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);

    private TimeSpan Delay(int attempt) => Delay(retry!, attempt);

    private async Task<bool> TryAsync(TimerInfo info, int attempt, string id, CancellationToken cancel)
    {
        try
        {
            await function.RunAsync(info, null, retry is null ? null : new InvocationRetry(attempt, retry.MaxRetryCount), id, cancel);
            return true;
        }
#pragma warning disable CA1031 // Logged where it was thrown.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }
}
