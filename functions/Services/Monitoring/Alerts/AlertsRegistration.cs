using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Serverless.Services.Inference.ServiceLevels;
using Serverless.Services.Storage;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>Composes alerts.</summary>
public static class AlertsRegistration
{
    /// <summary>Adds alerts, silences and deliveries to webhooks. They need the registry; whoever keeps findings registers <see cref="RecentFindings"/> before.</summary>
    public static IServiceCollection AddAlerts(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RequestsTable>();
        services.TryAddSingleton<RequestHistory>();
        services.AddSingleton<OpenAlerts>().AddSingleton<AlertWithdrawal>().AddSingleton<AlertUpkeep>();
        services.AddOptions<AlertsOptions>().Bind(configuration.GetSection(AlertsOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AlertsOptions>, AlertsOptionsValidator>();
        services.TryAddSingleton<RecentFindings>((_, _, _) => Task.FromResult<IReadOnlyList<Core.Monitoring.Finding>>([]));
        services.AddSingleton<AlertsTable>().AddSingleton<AlertStore>().AddSingleton<AlertReleases>().AddSingleton<SilenceService>();
        services.AddSingleton<AlertEvidence>().AddSingleton<WebhookDeliveries>().AddSingleton<WebhookEvents>().AddSingleton<AlertDispatcher>();
        services.AddMetrics().AddSingleton<IMeters, AlertMeters>().AddSingleton<DeliveryMeters>();
        services.AddSingleton<AlertService>().AddSingleton<AlertReleaser>().AddSingleton<AlertReads>();
        return services;
    }
}
