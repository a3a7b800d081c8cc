using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Serverless.Services.Telemetry;

/// <summary>
/// Decides on traces that begin here: of requests so many a second, none of the polling of queues, all of the rest. A rate, not a share: quiet services are seen whole,
/// and busy ones pay for a few traces, not for some of each thousand.
/// </summary>
/// <param name="perSecond">The requests a second; as many may come at once after a second without.</param>
/// <param name="clock">Measures.</param>
internal sealed class RequestSampler(double perSecond, TimeProvider clock) : Sampler
{
    // The generic cell rate algorithm (ITU-T I.371): one number says when the next one is due, and it may run ahead by what a second, or one request, is worth.
    private readonly long interval = perSecond > 0 ? (long)(clock.TimestampFrequency / perSecond) : 0;
    private readonly long ahead = perSecond > 0 ? Math.Max(0, clock.TimestampFrequency - (long)(clock.TimestampFrequency / perSecond)) : 0;
    private long due = long.MinValue;

    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => new(samplingParameters.Kind switch
    {
        ActivityKind.Server => TryTake() ? SamplingDecision.RecordAndSample : SamplingDecision.Drop,
        // A call that nothing of the suite's causes: the host asking its queues for messages, hundreds of times a minute.
        ActivityKind.Client => SamplingDecision.Drop,
        _ => SamplingDecision.RecordAndSample,
    });

    /// <summary>Whether one more request could be recorded now: a look, that takes nothing.</summary>
    public bool HasRoom => interval > 0 && Volatile.Read(ref due) <= clock.GetTimestamp() + ahead;

    private bool TryTake()
    {
        if (interval == 0) return false;
        var now = clock.GetTimestamp();
        for (var seen = Volatile.Read(ref due); ;)
        {
            if (seen > now + ahead) return false;
            var before = Interlocked.CompareExchange(ref due, Math.Max(seen, now) + interval, seen);
            if (before == seen) return true;
            seen = before;
        }
    }
}
