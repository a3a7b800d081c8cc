using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Serverless.Services.Inference.ServiceLevels;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Monitoring.Baselines;
using Serverless.Services.Monitoring.Findings;
using Serverless.Services.Monitoring.Reports;
using Serverless.Services.Monitoring.SageMaker;
using Serverless.Services.Monitoring.Queues;
using Serverless.Services.Monitoring.Scans;
using Serverless.Services.Monitoring.ServiceLevels;
using Serverless.Services.Storage;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Monitoring;

/// <summary>Adds monitoring. It needs the registry, the prediction log and alerts.</summary>
public static class MonitoringRegistration
{
    /// <summary>Adds scans and findings.</summary>
    public static IServiceCollection AddMonitoring(this IServiceCollection services) => services
        .AddMetrics().AddSingleton<ScanMeters>()
        .AddSingleton<RecentFindings>(provider => provider.GetRequiredService<FindingStore>().RecentAsync)
        .AddSingleton<FindingsTable>().AddSingleton<ReportBlobs>().AddSingleton<FindingStore>().AddSingleton<FindingService>().AddSingleton<ReportService>().AddSingleton<SageMakerService>().AddSingleton<SageMakerImport>()
        .AddSingleton<BaselineStore>().AddSingleton<BaselineService>()
        .AddSingleton<WindowReader>().AddSingleton<References>().AddSingleton<UsualRows>()
        .AddSingleton<HourProfiles>().AddSingleton<DriftScans>().AddSingleton<QualityScans>().AddSingleton<OperationsScans>()
        .AddServiceLevels()
        .AddSingleton<ScanRunner>().AddSingleton<ScanDemand>().AddSingleton<ScanSchedule>()
        .AddHostedService<ColumnMemoryTrim>();

    private static IServiceCollection AddServiceLevels(this IServiceCollection services)
    {
        services.TryAddSingleton<RequestsTable>();
        services.TryAddSingleton<RequestHistory>();
        return services.AddSingleton<SloScans>().AddSingleton<SloBurnRates>().AddSingleton<IMeters, SloMeters>().AddSingleton<PoisonWatch>();
    }
}
