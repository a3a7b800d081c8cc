using System.Diagnostics;
using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

/// <summary>The log's spans: one for a block that holds rows of a traced request.</summary>
public static class LogTracing
{
    /// <summary>The source's name.</summary>
    public const string Name = "Serverless.Predictions";

    /// <summary>How many requests a block's span names at most.</summary>
    internal const int MostLinks = 128;

    internal static ActivitySource Source { get; } = new(Name);

    /// <summary>The request whose rows come now, when its trace is recorded.</summary>
    internal static Activity? Request => Source.HasListeners() && Activity.Current is { Recorded: true } request ? request : null;

    /// <summary>Begins to store a block. It belongs to the trace of the one request whose rows it holds; with rows of many it is a trace of its own that links to theirs.</summary>
    internal static Activity? Store(ModelName model, SealedBlock block)
    {
        if (block.Requests is not { Count: > 0 and var count } requests || !Source.HasListeners()) return null;
        var span = count == 1
            ? Source.StartActivity("append predictions", ActivityKind.Internal, requests[0].Context)
            : Source.StartActivity("append predictions", ActivityKind.Internal, default(ActivityContext), links: requests.Select(request => new ActivityLink(request.Context)));
        return span?.SetTag("mlops.model.name", model.Value).SetTag("mlops.log.rows", block.Rows).SetTag("mlops.log.bytes", block.Buffer.Length);
    }
}
