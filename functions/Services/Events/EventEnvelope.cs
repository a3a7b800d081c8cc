using System.Text.Encodings.Web;
using System.Text.Json;
using Azure.Messaging;

namespace Serverless.Services.Events;

/// <summary>Events as CloudEvents 1.0.</summary>
public static class EventEnvelope
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The content type of structured mode.</summary>
    public const string ContentType = "application/cloudevents+json; charset=utf-8";

    /// <summary>An event with its attributes and extensions.</summary>
    /// <param name="waiting">As it waits.</param>
    /// <param name="site">The suite's address, below which the schema is served; null: the schema is named.</param>
    public static CloudEvent Of(OutboxEvent waiting, string? site)
    {
        var cloud = new CloudEvent(EventTypes.Source, waiting.Type, BinaryData.FromString(waiting.Data.ToJsonString()), "application/json", CloudEventDataFormat.Json)
        {
            Id = waiting.Id.ToString("D"),
            Subject = waiting.Subject,
            Time = waiting.Time,
            DataSchema = EventSchemas.Address(waiting.Type, site),
        };
        if (waiting.TraceParent is { } trace) cloud.ExtensionAttributes["traceparent"] = trace;
        if (waiting.CorrelationId is { } correlation) cloud.ExtensionAttributes["correlationid"] = correlation;
        if (waiting.CausationId is { } causation) cloud.ExtensionAttributes["causationid"] = causation;
        return cloud;
    }

    /// <summary>An event as one JSON document, in structured mode.</summary>
    public static byte[] Structured(CloudEvent cloud) => JsonSerializer.SerializeToUtf8Bytes(cloud, Readable);
}
