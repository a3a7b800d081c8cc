using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Serverless.Services.Events;
using Serverless.Services.Events.Webhooks;
using Serverless.Services.Registry.Aliases;
using Serverless.Services.Registry.Audit;
using Serverless.Services.Registry.Models;
using Serverless.Services.Registry.Onnx;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Registry.Settings;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Registry.Webhooks;
using Serverless.Services.Storage;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Registry;

/// <summary>Composes the registry.</summary>
public static class RegistryRegistration
{
    private static readonly TimeSpan TrialLimit = TimeSpan.FromMinutes(2);

    /// <summary>Registers the registry with its tables, its outbox and its cache of artifacts (<c>Registry:CacheFolder</c>, by default below the system's temporary folder).</summary>
    public static IServiceCollection AddRegistry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddStorage(configuration);
        services.AddSingleton<ModelsTable>().AddSingleton<CatalogTable>().AddSingleton<AuditIndexTable>().AddSingleton<KeysTable>().AddSingleton<ArtifactBlobs>().AddSingleton<OutboxQueue>();
        services.AddMetrics().AddSingleton<PoisonQueues>().AddSingleton<EventMeters>().AddSingleton<OutboxMeters>().AddSingleton<IMeters>(provider => provider.GetRequiredService<OutboxMeters>());
        services.AddSingleton<EventPublisher>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<OutboxDispatcher>(provider, OutboxDelay(configuration)));
        services.AddSingleton<ModelRows>().AddSingleton<Projections>().AddSingleton<ModelStore>();
        services.AddSingleton<ModelService>().AddSingleton<ModelCatalog>().AddSingleton<AliasService>();
        services.AddSingleton<PolicyVersions>().AddSingleton<PolicyService>().AddSingleton<AuditTrail>();
        services.AddSingleton<AlertSettingsTable>().AddSingleton<SettingsLedger>().AddSingleton<WebhookVault>().AddSingleton<WebhookService>().AddSingleton<WebhookSender>();
        services.AddOptions<WebhooksOptions>().Bind(configuration.GetSection(WebhooksOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebhooksOptions>, WebhooksOptionsValidator>();
        services.AddSingleton<VersionReader>().AddSingleton<SnapshotReader>().AddSingleton<VersionService>().AddSingleton<VersionIntake>().AddSingleton<RegistrationService>();
        services.AddSingleton<RegistryAnswers>().AddSingleton<ArtifactReader>().AddSingleton<ModelCards>().AddSingleton<StagingSweep>().AddSingleton<ArtifactSweep>();
        services.AddSingleton<TrialLoad>(_ => new TrialProcess(TrialLimit).RunAsync);
        services.AddSingleton(provider => new ModelSnapshots(provider.GetRequiredService<SnapshotReader>().ReadAsync, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ArtifactFiles(
            provider.GetRequiredService<ArtifactBlobs>().DownloadAsync,
            configuration["Registry:CacheFolder"] ?? Path.Combine(Path.GetTempPath(), "serverless-mlops", "artifacts")));
        return services;
    }

    // Longer than a change and its publication take: a question that comes up sooner only finds its events sent twice, or not yet written.
    private static TimeSpan OutboxDelay(IConfiguration configuration) => configuration["Outbox:Delay"] is not { } text
        ? TimeSpan.FromSeconds(30)
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var delay) && delay > TimeSpan.Zero && delay <= TimeSpan.FromHours(1)
            ? delay
            : throw new InvalidOperationException("Outbox:Delay is a time above zero and of at most an hour, such as 00:00:30.");
}
