using Microsoft.Extensions.DependencyInjection;

namespace Serverless.Services.Rollout.Live;

/// <summary>Composes the room.</summary>
public static class LiveRegistration
{
    /// <summary>Adds evidence from traffic. It needs the registry, the prediction log and inference.</summary>
    public static IServiceCollection AddLiveEvidence(this IServiceCollection services) => services.AddSingleton<LiveEvidence>().AddSingleton<BurnEvidence>();
}
