using Microsoft.Extensions.DependencyInjection;
using Serverless.Services.Rollout.Driving;
using Serverless.Services.Rollout.Live;
using Serverless.Services.Rollout.Store;
using Serverless.Services.Rollout.Validation;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Rollout;

/// <summary>Composes rollouts. They need the registry with its webhooks, the prediction log and inference.</summary>
public static class RolloutRegistration
{
    /// <summary>Adds rollouts.</summary>
    public static IServiceCollection AddRollouts(this IServiceCollection services) => services
        .AddMetrics().AddSingleton<RolloutMeters>().AddSingleton<IMeters>(provider => provider.GetRequiredService<RolloutMeters>())
        .AddSingleton<RolloutStore>().AddSingleton<RolloutChanges>().AddSingleton<RolloutMover>()
        .AddLiveEvidence().AddSingleton<EvaluationSets>().AddSingleton<OfflineEvidence>().AddSingleton(Sources)
        .AddSingleton<HeardAlerts>().AddSingleton<RolloutJudge>().AddSingleton<RolloutDriver>().AddSingleton<RolloutCommands>().AddSingleton<RolloutRequests>()
        .AddSingleton<RolloutAnswers>().AddSingleton<RolloutIntake>().AddSingleton<ExternalVerdicts>().AddSingleton<PolicyRehearsals>();

    private static EvidenceSources Sources(IServiceProvider services)
    {
        var (offline, live) = (services.GetRequiredService<OfflineEvidence>(), services.GetRequiredService<LiveEvidence>());
        var burn = services.GetRequiredService<BurnEvidence>();
        return new(offline.GatherAsync, live.ShadowAsync,
            async (state, policy, cancel) => (await live.ReleaseAsync(state, policy, cancel)).With(await burn.GatherAsync(state, cancel)), live.TrialAsync);
    }
}
