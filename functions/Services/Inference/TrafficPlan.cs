using Microsoft.AspNetCore.Http;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Inference;

/// <summary>A model's traffic split over one snapshot of it, prepared for being asked at each request.</summary>
internal sealed class TrafficPlan(ServableModel model, TrafficSplit split)
{
    private const int TraceParentLength = 55;
    private static readonly Range TraceId = 3..35;
    private static readonly string NoTrace = new('0', 32);

    private readonly Dictionary<TrafficArm, Route> routes = split.Arms.ToDictionary(arm => arm, arm => new Route(arm.Variant, Route.Split.Reason));

    /// <summary>Whether any version besides the champion answers.</summary>
    public bool HasArms => split.Arms.Count > 0;

    /// <summary>Whether any version follows what is answered.</summary>
    public bool HasShadows => split.Shadows.Count > 0;

    /// <summary>The champion, where it may answer.</summary>
    public Servable? Champion => model.Snapshot.Champion is { } number ? model.TryGet(number) : null;

    /// <summary>Whether a call is answered by an arm, and there is a champion that could.</summary>
    public bool IsArm(InferenceCall call) =>
        routes.ContainsValue(call.Route) && Champion is { } champion && champion.Version.Number != call.Servable.Version.Number;

    /// <summary>What decides a request's way. Asked once its body is read: the caller's key may stand there.</summary>
    public string KeyOf(InferenceCall call, HttpRequest request, DateTimeOffset now)
    {
        if (split.Key == TrafficKey.Caller && call.Keys.RoutingKey is { } own) return own;
        if (split.Key != TrafficKey.Request && TraceOf(request) is { } trace) return trace;
        return call.Ids.Prepare(now).ToString();
    }

    /// <summary>The arm that a key falls to, with its version where that may answer; null for the champion.</summary>
    public (Route Route, Servable? Servable)? Choose(string key) =>
        split.Choose(key) is { } arm ? (routes[arm], model.TryGet(arm.Version)) : null;

    /// <summary>The versions that follow a request that another version has answered.</summary>
    public List<Servable> Following(string key, Servable answered)
    {
        var following = new List<Servable>();
        foreach (var shadow in split.Shadows)
            if (shadow.Version != answered.Version.Number && split.Follows(shadow, key) && model.TryGet(shadow.Version) is { } servable) following.Add(servable);
        return following;
    }

    private static string? TraceOf(HttpRequest request) =>
        request.Headers.TraceParent is [{ Length: TraceParentLength } parent] && parent[TraceId] is var trace && trace != NoTrace ? trace : null;
}
