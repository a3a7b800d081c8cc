using System.Diagnostics;
using Azure.Messaging;

namespace Serverless.Services.Events;

/// <summary>Traces across queues and the topic: what comes by message goes on with the trace of whoever asked for it.</summary>
public static class EventTracing
{
    /// <summary>The source's name.</summary>
    public const string Name = "Serverless.Events";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>Begins the work that a message of a queue asks for, in the trace that the message brings.</summary>
    /// <param name="source">The source of the room that does the work.</param>
    /// <param name="queue">Where the message was.</param>
    /// <param name="traceParent">Its W3C trace context, or null.</param>
    /// <returns>Null where there is nothing to go on with and nobody listens.</returns>
    public static Activity? Process(this ActivitySource source, string queue, string? traceParent)
    {
        var span = Begin(source, queue, traceParent);
        if (span is not { IsAllDataRequested: true }) return span;
        return span.SetTag("messaging.system", "azure_storage_queue").SetTag("messaging.operation.type", "process").SetTag("messaging.destination.name", queue);
    }

    /// <summary>Begins the work that an event causes, in the trace of the change that it tells.</summary>
    /// <param name="source">The source of the room that does the work.</param>
    /// <param name="told">The event.</param>
    public static Activity? Process(this ActivitySource source, CloudEvent told)
    {
        var span = Begin(source, told.Type, TraceParentOf(told));
        if (span is not { IsAllDataRequested: true }) return span;
        return span.SetTag("messaging.system", "eventgrid").SetTag("messaging.operation.type", "process")
            .SetTag("cloudevents.event_id", told.Id).SetTag("cloudevents.event_type", told.Type).SetTag("cloudevents.event_subject", told.Subject);
    }

    /// <summary>An event's W3C trace context, or null.</summary>
    public static string? TraceParentOf(CloudEvent told) => told.ExtensionAttributes.TryGetValue("traceparent", out var trace) ? trace as string : null;

    /// <summary>Begins to publish events. After a crash their own traces are gone on with.</summary>
    internal static Activity? Publish(IReadOnlyCollection<OutboxEvent> events)
    {
        if (!Source.HasListeners() || events.FirstOrDefault() is not { } first) return null;
        ActivityContext.TryParse(Activity.Current is null ? first.TraceParent : null, null, isRemote: true, out var parent);
        return Source.StartActivity("publish " + first.Type, ActivityKind.Producer, parent)?
            .SetTag("messaging.system", "eventgrid").SetTag("messaging.operation.type", "send").SetTag("messaging.batch.message_count", events.Count)
            .SetTag("cloudevents.event_id", first.Id.ToString("D")).SetTag("cloudevents.event_type", first.Type).SetTag("cloudevents.event_subject", first.Subject);
    }

    // Where nobody listens the context is carried on all the same, so that audit entries and events of one story name one trace.
    private static Activity? Begin(ActivitySource source, string destination, string? traceParent)
    {
        var known = ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent);
        return source.StartActivity("process " + destination, ActivityKind.Consumer, parent)
            ?? (known ? new Activity("process " + destination).SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags).Start() : null);
    }
}
