using Azure.Core;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Serverless.Services.Telemetry;

/// <summary>
/// Where traces, metrics and logs go: by OTLP where an <c>OTEL_EXPORTER_OTLP_…ENDPOINT</c> says so, to Azure Monitor with
/// <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c>, to both, or nowhere. <c>OTEL_TRACES_EXPORTER=none</c> and its like leave a signal out.
/// </summary>
/// <param name="configuration">The settings; the OTLP exporter reads its own <c>OTEL_…</c> from the same.</param>
internal sealed class Exporters(IConfiguration configuration)
{
    private readonly string? monitor = Text("APPLICATIONINSIGHTS_CONNECTION_STRING", configuration);

    /// <summary>Whether anything is exported.</summary>
    public bool Any => Exports("TRACES") || Exports("METRICS") || Exports("LOGS");

    /// <summary>Whether a signal is exported.</summary>
    /// <param name="signal"><c>TRACES</c>, <c>METRICS</c> or <c>LOGS</c>.</param>
    public bool Exports(string signal) => Otlp(signal) || Monitor(signal);

    /// <summary>Exports traces.</summary>
    public TracerProviderBuilder Add(TracerProviderBuilder traces)
    {
        if (Otlp("TRACES")) traces.AddOtlpExporter();
        return Monitor("TRACES") ? traces.AddAzureMonitorTraceExporter(Configure) : traces;
    }

    /// <summary>Exports metrics.</summary>
    public MeterProviderBuilder Add(MeterProviderBuilder metrics)
    {
        if (Otlp("METRICS")) metrics.AddOtlpExporter();
        return Monitor("METRICS") ? metrics.AddAzureMonitorMetricExporter(Configure) : metrics;
    }

    /// <summary>Exports logs.</summary>
    public LoggerProviderBuilder Add(LoggerProviderBuilder logs)
    {
        if (Otlp("LOGS")) logs.AddOtlpExporter();
        return Monitor("LOGS") ? logs.AddAzureMonitorLogExporter(Configure) : logs;
    }

    private bool Otlp(string signal) => IsOn(signal)
        && (Text("OTEL_EXPORTER_OTLP_ENDPOINT", configuration) ?? Text($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT", configuration)) is not null;

    private bool Monitor(string signal) => monitor is not null && IsOn(signal);

    private bool IsOn(string signal) => !string.Equals(configuration[$"OTEL_{signal}_EXPORTER"], "none", StringComparison.OrdinalIgnoreCase)
        && !string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase);

    private void Configure(AzureMonitorExporterOptions options)
    {
        options.ConnectionString = monitor;
        options.Credential = Identity(configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]);
    }

    /// <summary>The identity that <c>Authorization=AAD;ClientId=…</c> names, as the Functions host reads it; null: the connection string suffices.</summary>
    internal static TokenCredential? Identity(string? authentication)
    {
        var parts = (authentication ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2, StringSplitOptions.TrimEntries))
            .Where(part => part.Length == 2).ToDictionary(part => part[0], part => part[1], StringComparer.OrdinalIgnoreCase);
        if (!string.Equals(parts.GetValueOrDefault("Authorization"), "AAD", StringComparison.OrdinalIgnoreCase)) return null;
        return new ManagedIdentityCredential(parts.TryGetValue("ClientId", out var client) ? ManagedIdentityId.FromUserAssignedClientId(client) : ManagedIdentityId.SystemAssigned);
    }

    private static string? Text(string name, IConfiguration configuration) => configuration[name] is { Length: > 0 } text ? text : null;
}
