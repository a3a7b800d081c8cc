using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Serverless.Core.Problems;

namespace Serverless.Services.Telemetry;

/// <summary>What Prometheus scrapes. Nothing is read from storage for it.</summary>
public sealed class MetricsPages(MetricCollector collector, IOptions<TelemetryOptions> options)
{
    private readonly bool enabled = options.Value.Metrics;

    /// <summary>Every metric under its own name.</summary>
    public IResult Native() => new Page(Collect());

    /// <summary>What dashboards made for Triton, KServe and Seldon ask for, under the names that they ask by.</summary>
    public IResult Compatible() => new Page(CompatibleNames.Of(Collect()));

    private IReadOnlyList<MetricFamily> Collect() =>
        enabled ? collector.Collect() : throw new ProblemException(ProblemKind.NotFound, "Metrics are off: the setting Telemetry__Metrics is false.");

    private sealed class Page(IReadOnlyList<MetricFamily> families) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = PrometheusText.ContentType;
            PrometheusText.Write(families, httpContext.Response.BodyWriter);
            await httpContext.Response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }
}
