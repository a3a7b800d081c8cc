using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Serverless.Services.Telemetry;

/// <summary>
/// What the pages read. A provider of their own: one that exporters share would record each measurement once for every reader, also those that only exporters want.
/// </summary>
/// <param name="collector">Reads it.</param>
/// <param name="options">What is bounded.</param>
internal sealed class PageMeters(MetricCollector collector, IOptions<TelemetryOptions> options) : IHostedService, IDisposable
{
    private MeterProvider? provider;

    /// <summary>Listens from now on: first of the services, so that nothing is missed.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        provider ??= Sdk.CreateMeterProviderBuilder()
            .AddMeter(MetricsRegistration.Prefix + "*", MetricsRegistration.Runtime)
            .AddView(instrument => MetricsRegistration.View(instrument, options.Value))
            .AddReader(collector.Reader)
            .Build();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => provider?.Dispose();
}
