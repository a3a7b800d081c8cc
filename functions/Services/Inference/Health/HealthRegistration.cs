using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Serverless.Core.Registry;
using Serverless.Services.Events;
using Serverless.Services.Inference.Sessions;
using Serverless.Services.Inference.Shadows;
using Serverless.Services.Predictions;
using Serverless.Services.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Inference.Health;

/// <summary>Composes what health asks.</summary>
internal static class HealthRegistration
{
    private const long LittleDisk = 1L << 30, NoDisk = 64L << 20;

    private static readonly ModelName Anything = ModelName.Parse("health");

    public static IServiceCollection AddHealth(this IServiceCollection services) => services
        .AddSingleton(Checks)
        .AddSingleton(provider => new HealthReport(
            provider.GetRequiredService<DependencyChecks>(), provider.GetRequiredService<SessionCache>(), provider.GetRequiredService<PredictionCounters>(),
            provider.GetRequiredService<TruthCounters>(), provider.GetRequiredService<ShadowCounters>(), provider.GetRequiredService<ShadowLog>(),
            provider.GetRequiredService<IOptions<InferenceOptions>>(), provider.GetRequiredService<IOptions<PredictionLogOptions>>()));

    // Reads that serving and its work depend on, of what need not be there. Events wait in the outbox while the topic is away, so that degrades only.
    private static DependencyChecks Checks(IServiceProvider services)
    {
        var (table, blobs, queues) = (services.GetRequiredService<ModelsTable>(), services.GetRequiredService<BlobServiceClient>(), services.GetRequiredService<QueueServiceClient>());
        var (events, files) = (services.GetRequiredService<EventPublisher>(), services.GetRequiredService<ArtifactFiles>());
        return new(new Dictionary<string, DependencyCheck>
        {
            [HealthReport.TablesCheck] = DependencyCheck.Of(cancel => table.FindAsync(Anything, StorageNames.ModelRow, cancel)),
            ["blobs"] = DependencyCheck.Of(cancel => blobs.GetBlobContainerClient(StorageNames.ArtifactsContainer).ExistsAsync(cancel)),
            ["queues"] = DependencyCheck.Of(cancel => queues.GetQueueClient(StorageNames.OutboxQueue).ExistsAsync(cancel)),
            ["events"] = DependencyCheck.Of(events.ReachAsync, HealthStatus.Degraded),
            ["artifactCache"] = new(_ => Task.FromResult(files.FreeBytes switch { < NoDisk => HealthStatus.Unhealthy, < LittleDisk => HealthStatus.Degraded, _ => HealthStatus.Healthy })),
        }, services.GetRequiredService<TimeProvider>());
    }
}
