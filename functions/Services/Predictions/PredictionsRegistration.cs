using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Predictions;

/// <summary>Composes the room.</summary>
public static class PredictionsRegistration
{
    /// <summary>Adds the prediction log. It needs the storage account's clients and the registry.</summary>
    public static IServiceCollection AddPredictions(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<PredictionLogOptions>().Bind(configuration.GetSection(PredictionLogOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PredictionLogOptions>, PredictionLogOptionsValidator>();
        services.AddSingleton<PredictionCounters>().AddSingleton<PredictionLog>().AddSingleton<ShadowLog>().AddSingleton<PredictionReader>();
        services.AddSingleton<Compaction>().AddSingleton<Retention>().AddSingleton<WriterJournals>().AddSingleton<LogUpkeep>();
        services.AddSingleton<TruthCounters>().AddSingleton<TruthService>().AddSingleton<TruthReader>().AddSingleton<PredictionJoin>().AddSingleton<TruthCompaction>().AddSingleton<PredictionExport>()
            .AddSingleton<PredictionEraser>().AddSingleton<ErasureService>();
        services.AddMetrics().AddSingleton<IMeters, PredictionMeters>();
        services.AddHostedService<FlushAtTheEnd>().AddHostedService<CountersReport>();
        return services;
    }

    // After everything else has stopped: no request is left that could log.
    private sealed class FlushAtTheEnd(PredictionLog log, ShadowLog shadows) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.WhenAll(log.StopAsync(cancellationToken), shadows.StopAsync(cancellationToken));
    }
}
