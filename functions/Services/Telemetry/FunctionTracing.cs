using System.Diagnostics;

namespace Serverless.Services.Telemetry;

/// <summary>Spans of invocations, where the host opens none around a function.</summary>
public static class FunctionTracing
{
    /// <summary>The source's name.</summary>
    public const string Name = "Serverless.Functions";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>Begins an HTTP function's invocation in the trace that its host names; null where there is a span already, or nobody listens.</summary>
    /// <param name="function">The function's name.</param>
    /// <param name="invocation">The invocation's id.</param>
    /// <param name="traceParent">W3C trace context, or null.</param>
    /// <param name="traceState">W3C trace state, or null.</param>
    public static Activity? Invoke(string function, string invocation, string? traceParent, string? traceState)
    {
        if (!Source.HasListeners() || Activity.Current is not null) return null;
        ActivityContext.TryParse(traceParent, traceState, isRemote: true, out var parent);
        return Source.StartActivity(function, ActivityKind.Server, parent)?
            .SetTag("faas.name", function).SetTag("faas.invocation_id", invocation).SetTag("faas.trigger", "http");
    }
}
