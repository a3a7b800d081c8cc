using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Serverless.Services.Inference.Health;
using Serverless.Services.Inference.KServe;
using Serverless.Services.Inference.Meters;
using Serverless.Services.Inference.MLflow;
using Serverless.Services.Inference.OpenInference;
using Serverless.Services.Inference.Rows;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.ServiceLevels;
using Serverless.Services.Inference.Sessions;
using Serverless.Services.Inference.Shadows;
using Serverless.Services.Registry;
using Serverless.Services.Storage;
using Serverless.Services.Registry.Models;

namespace Serverless.Services.Inference;

/// <summary>Composes the room.</summary>
public static class InferenceRegistration
{
    /// <summary>Adds serving. It needs the registry (<see cref="ModelSnapshots"/>, <see cref="ArtifactFiles"/> and <see cref="ModelCatalog"/>) and the prediction log.</summary>
    public static IServiceCollection AddInference(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<InferenceOptions>().Bind(configuration.GetSection(InferenceOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<InferenceOptions>, InferenceOptionsValidator>();
        services.AddSingleton(provider => new ServedModels(cancel => provider.GetRequiredService<ModelCatalog>().AllAsync(cancel)
            .Where(model => !model.Archived).Select(model => model.Name)));
        services.AddMetrics();
        services.AddSingleton<InferenceMeters>();
        for (var duration = 0; duration < VariantTally.Durations; duration++) AddDuration(services, duration);
        services.AddSingleton<SessionCache>();
        services.AddSingleton<ModelRouter>();
        services.AddSingleton<CallPool>();
        services.AddSingleton<Runner>();
        services.AddSingleton<PredictionRecorder>();
        services.AddSingleton<RequestsInFlight>().AddSingleton<ShadowCounters>().AddSingleton<ShadowRunner>().AddSingleton<ShadowQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<ShadowQueue>());
        services.TryAddSingleton<RequestsTable>();
        services.TryAddSingleton<RequestHistory>();
        services.AddSingleton<RequestTally>();
        services.AddHostedService<RequestTallyWriter>();
        services.AddSingleton<Retreat>();
        services.AddSingleton<InferencePipeline>();
        services.AddSingleton<OpenInferenceProtocol>();
        services.AddSingleton<KServeProtocol>();
        services.AddSingleton<RowsProtocol>();
        services.AddSingleton<MLflowProtocol>();
        services.AddSingleton(provider => new InferenceService(
            provider.GetRequiredService<InferencePipeline>(), provider.GetRequiredService<OpenInferenceProtocol>(),
            provider.GetRequiredService<KServeProtocol>(), provider.GetRequiredService<RowsProtocol>(), provider.GetRequiredService<MLflowProtocol>()));
        services.TryAddSingleton(provider => ServedModels.From(provider.GetRequiredService<CatalogTable>()));
        services.AddSingleton(provider => new ModelDirectory(
            provider.GetRequiredService<ServedModels>(), provider.GetRequiredService<ModelSnapshots>(),
            provider.GetRequiredService<ModelRouter>(), provider.GetRequiredService<SessionCache>()));
        services.AddHealth();
        return services;
    }

    private static void AddDuration(IServiceCollection services, int duration) =>
        services.AddSingleton(provider => provider.GetRequiredService<InferenceMeters>().Families.ElementAt(duration));
}
