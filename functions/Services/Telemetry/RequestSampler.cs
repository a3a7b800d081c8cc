using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Serverless.Services.Telemetry;

/// <summary>Decides on traces that begin here: a share of the requests, none of the probes and of the polling of queues, all of the rest.</summary>
/// <param name="ratio">The share.</param>
internal sealed class RequestSampler(double ratio) : Sampler
{
    private static readonly string[] Probes = ["/health", "/metrics", "/v2/health"];

    private readonly TraceIdRatioBasedSampler requests = new(ratio);

    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => samplingParameters.Kind switch
    {
        ActivityKind.Server => IsProbe(samplingParameters.Tags) ? new(SamplingDecision.Drop) : requests.ShouldSample(samplingParameters),
        // A call that nothing of the suite's causes: the host asking its queues for messages, hundreds of times a minute.
        ActivityKind.Client => new(SamplingDecision.Drop),
        _ => new(SamplingDecision.RecordAndSample),
    };

    private static bool IsProbe(IEnumerable<KeyValuePair<string, object?>>? tags)
    {
        if (tags is null) return false;
        foreach (var (name, value) in tags)
            if (name == "url.path" && value is string path) return Probes.Any(probe => path.StartsWith(probe, StringComparison.OrdinalIgnoreCase));
        return false;
    }
}
