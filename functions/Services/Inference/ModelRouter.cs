using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Meters;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.Sessions;
using Serverless.Services.Registry;

namespace Serverless.Services.Inference;

/// <summary>Finds what answers a request: the version named, else the champion; with its session entered.</summary>
internal sealed class ModelRouter(ModelSnapshots snapshots, SessionCache sessions, InferenceMeters meters, TimeProvider clock, ILogger<ModelRouter> logger)
{
    private static readonly TimeSpan WarmEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, ServableModel> models = new(StringComparer.Ordinal);

    /// <summary>The version that answers, with its session. The caller leaves the session.</summary>
    /// <param name="model">The model's name, as the request spells it.</param>
    /// <param name="version">A version's number or an alias; null for the champion.</param>
    /// <param name="cancel">Ends the wait for a session that loads.</param>
    public async ValueTask<Routed> RouteAsync(string model, string? version, CancellationToken cancel)
    {
        var known = await FindAsync(model, cancel);
        if (version is not null)
        {
            var named = known.Find(version);
            return new(named, await sessions.EnterAsync(named.Version, named.Key, cancel), Route.Named);
        }
        var champion = known.Champion;
        if (sessions.TryEnter(champion.Key) is { } session)
        {
            known.Answering = champion;
            return new(champion, session, Route.Champion, known.Traffic);
        }
        if (TryEnterPredecessor(known, champion) is { } former) return former;
        session = await sessions.EnterAsync(champion.Version, champion.Key, cancel);
        known.Answering = champion;
        return new(champion, session, Route.Champion, known.Traffic);
    }

    /// <summary>The arm of the traffic split that a call's key falls to, with its session; null where what answers already goes on.</summary>
    public Routed? Redirect(InferenceCall call)
    {
        var plan = call.Traffic!;
        if (plan.Choose(call.TrafficKey!) is not var (route, arm)) return Stay(call, call.Route == Route.Champion ? Route.Split : call.Route);
        if (arm is null) return Stay(call, call.Route with { Reason = Route.ArmIsAway });
        if (arm.Version.Number == call.Servable.Version.Number) return Stay(call, route);
        if (sessions.TryEnter(arm.Key) is { } session) return new(arm, session, route, plan);
        // A version that is being loaded takes nothing yet: the callers of its share do not wait for it.
        sessions.Prepare(arm.Version, arm.Key);
        return Stay(call, call.Route with { Reason = Route.ArmLoads });
    }

    /// <summary>The champion with its session, for a call that another version has failed.</summary>
    public async ValueTask<Routed> ReturnAsync(InferenceCall call, CancellationToken cancel)
    {
        var (plan, champion) = (call.Traffic!, call.Traffic!.Champion!);
        return new(champion, await sessions.EnterAsync(champion.Version, champion.Key, cancel), Route.Champion with { Reason = Route.ArmFails }, plan);
    }

    /// <summary>A version as the registry knows it, whether it is loaded or not.</summary>
    public async ValueTask<Servable> DescribeAsync(string model, string? version, CancellationToken cancel)
    {
        var known = await FindAsync(model, cancel);
        return version is null ? known.Champion : known.Find(version);
    }

    /// <summary>The model as this instance knows it already, whatever storage says; null for a name that it has not met.</summary>
    public ServableModel? Known(string model) => models.GetValueOrDefault(model);

    /// <summary>The model as it is known.</summary>
    public async ValueTask<ServableModel> FindAsync(string model, CancellationToken cancel)
    {
        var name = models.TryGetValue(model, out var known) ? known.Snapshot.Name : ModelName.Parse(model);
        var snapshot = await snapshots.GetAsync(name, cancel);
        if (snapshot is null)
        {
            models.TryRemove(model, out _);
            throw new ProblemException(ProblemKind.ModelNotFound, $"There is no model \"{model}\".");
        }
        if (known is null || !ReferenceEquals(known.Snapshot, snapshot)) meters.Serve(models[model] = known = new(snapshot, known));
        KeepWarm(known);
        return known;
    }

    // Callers are about to meet these versions, or may have to go back to them: being looked at is what keeps a session from being evicted before others.
    private void KeepWarm(ServableModel known)
    {
        foreach (var version in known.DueWarm(clock.GetTimestamp(), (long)(WarmEvery.TotalSeconds * clock.TimestampFrequency)))
        {
            if (sessions.TryEnter(version.Key) is { } session) session.Leave();
            else sessions.Prepare(version.Version, version.Key);
        }
    }

    // A new champion takes over when it is loaded; until then its predecessor answers, unless it is archived.
    private Routed? TryEnterPredecessor(ServableModel known, Servable champion)
    {
        if (known.Answering is not { } former || former.Version.Number == champion.Version.Number || !known.Serves(former.Version.Number)) return null;
        if (sessions.TryEnter(former.Key) is not { } session) return null;
        if (known.TryNoteSwap()) logger.SwapStarted(known.Snapshot.Name.Value, former.Version.Number, champion.Version.Number);
        sessions.Prepare(champion.Version, champion.Key);
        return new(former, session, Route.Predecessor, known.Traffic);
    }

    private static Routed? Stay(InferenceCall call, Route route)
    {
        call.Route = route;
        return null;
    }
}

/// <summary>A version, its entered session, how it came to answer, and the split that may still send the request elsewhere.</summary>
internal readonly record struct Routed(Servable Servable, LoadedSession Session, Route Route, TrafficPlan? Traffic = null);

/// <summary>Which variant answers a request, and why.</summary>
internal sealed record Route(string Variant, string Reason)
{
    /// <summary>The request named no version.</summary>
    public static Route Champion { get; } = new("champion", "default");

    /// <summary>The request named no version, and the new champion still loads.</summary>
    public static Route Predecessor { get; } = new("predecessor", "champion-loads");

    /// <summary>The arm's version is archived or gone.</summary>
    public const string ArmIsAway = "arm-unavailable";

    /// <summary>The arm's version still loads.</summary>
    public const string ArmLoads = "arm-loads";

    /// <summary>The arm's version does not take the request, the champion does.</summary>
    public const string ArmRefuses = "arm-refuses";

    /// <summary>The arm's version failed on the request, the champion did not.</summary>
    public const string ArmFails = "arm-fails";

    /// <summary>The traffic split left the request to the champion.</summary>
    public static Route Split { get; } = new("champion", "split");

    /// <summary>The caller had been answered by another version.</summary>
    public static Route Shadow { get; } = new(TrafficShadow.Variant, "split");

    /// <summary>The request named the version or an alias of it.</summary>
    public static Route Named { get; } = new("named", "request");
}
