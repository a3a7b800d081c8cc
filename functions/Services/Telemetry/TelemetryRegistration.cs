using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Serverless.Services.Telemetry;

/// <summary>Composes the room.</summary>
public static class TelemetryRegistration
{
    /// <summary>Adds what the suite tells of itself: metrics, and where they, traces and logs are exported to. The rooms' meters find it by their names.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<TelemetryOptions>().Bind(configuration.GetSection(TelemetryOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TelemetryOptions>, TelemetryOptionsValidator>();
        services.AddMetricsPages(configuration);
        return services.AddExporters(configuration);
    }
}
