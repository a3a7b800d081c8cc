using System.Diagnostics;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Inference;

/// <summary>The room's spans. They are told when a request is over, from the moments that its call keeps anyway: one that nobody traces pays for a look.</summary>
public static class InferenceTracing
{
    /// <summary>The source's name.</summary>
    public const string Name = "Serverless.Inference";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>Tells the steps of a request below its own span, and there who answered.</summary>
    internal static void Tell(InferenceCall call, TimeProvider clock)
    {
        if (!Source.HasListeners() || Activity.Current is not { Recorded: true, IsAllDataRequested: true } request) return;
        Describe(request, call);
        var steps = new Steps(request.Context, clock);
        steps.Tell("route", call.ArrivedAt, call.StartedAt);
        steps.Tell("read", call.StartedAt, call.QueuedAt > 0 ? call.QueuedAt : steps.Now);
        if (call.QueuedAt == 0) return;
        steps.Tell("queue", call.QueuedAt, call.ComputedFrom > 0 ? call.ComputedFrom : steps.Now);
        if (call.ComputedFrom == 0) return;
        var computed = call.ComputedTo >= call.ComputedFrom ? call.ComputedTo : steps.Now;
        steps.Tell("compute", call.ComputedFrom, computed);
        steps.Tell("answer", computed, call.AnsweredAt > computed ? call.AnsweredAt : steps.Now);
    }

    private static void Describe(Activity request, InferenceCall call) => request
        .SetTag("mlops.model.name", call.Servable.Model.Value)
        .SetTag("mlops.model.version", call.Servable.Version.Number)
        .SetTag("mlops.variant", call.Route.Variant)
        .SetTag("mlops.variant.reason", call.Route.Reason)
        .SetTag("mlops.rows", call.Rows);

    // One pair of readings for all steps, so that each ends where the next begins.
    private readonly struct Steps(ActivityContext request, TimeProvider clock)
    {
        private readonly DateTime time = clock.GetUtcNow().UtcDateTime;

        public long Now { get; } = clock.GetTimestamp();

        public void Tell(string name, long from, long to)
        {
            using var step = Source.StartActivity(name, ActivityKind.Internal, request, startTime: At(from));
            step?.SetEndTime(At(to));
        }

        private DateTime At(long moment) => time - clock.GetElapsedTime(moment, Now);
    }
}
