using System.Reflection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Serverless.Services.Telemetry;

/// <summary>Has traces, metrics and logs exported where the settings name a place for them. Where they name none nothing is added, and no span is ever made.</summary>
public static class Tracing
{
    // One a room, one of requests, and what HttpClient tells of calls to storage.
    private static readonly string[] Sources = ["Serverless.*", "System.Net.Http"];

    /// <summary>Adds exporters as configured.</summary>
    public static IServiceCollection AddExporters(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TracingOptions>().Bind(configuration.GetSection(TracingOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TracingOptions>, TracingOptionsValidator>();
        var exporters = new Exporters(configuration);
        if (!exporters.Any) return services;
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => Describe(resource, configuration));
        if (exporters.Exports("TRACES"))
        {
            services.AddSingleton<IStartupFilter>(provider => new RequestSpans(IsOurs(configuration) ? provider.GetRequiredService<RequestSampler>() : null));
            services.AddSingleton(provider => new RequestSampler(provider.GetRequiredService<IOptions<TracingOptions>>().Value.RequestsPerSecond, provider.GetRequiredService<TimeProvider>()));
            telemetry.WithTracing(traces => Sample(exporters.Add(traces.AddSource(Sources)), configuration));
        }

        if (exporters.Exports("METRICS")) telemetry.WithMetrics(metrics => exporters.Add(metrics.AddSuite(configuration)));
        if (exporters.Exports("LOGS")) telemetry.WithLogging(logs => exporters.Add(logs), logs => logs.IncludeFormattedMessage = true);
        return services;
    }

    // The standard variables win where they are set. After the exporters: Azure Monitor's brings a sampler of its own.
    private static void Sample(TracerProviderBuilder traces, IConfiguration configuration)
    {
        if (!IsOurs(configuration)) return;
        traces.SetSampler(provider => new ParentBasedSampler(provider.GetRequiredService<RequestSampler>()));
    }

    private static bool IsOurs(IConfiguration configuration) => configuration["OTEL_TRACES_SAMPLER"] is not { Length: > 0 };

    private static void Describe(ResourceBuilder resource, IConfiguration configuration) => resource
        .AddService("serverless-mlops", serviceVersion: typeof(Tracing).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            autoGenerateServiceInstanceId: configuration["WEBSITE_INSTANCE_ID"] is null, serviceInstanceId: configuration["WEBSITE_INSTANCE_ID"])
        .AddEnvironmentVariableDetector();
}
