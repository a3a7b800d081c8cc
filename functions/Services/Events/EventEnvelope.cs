using System.Text;
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

    /// <summary>An event that Event Grid has left in a queue: its structured form, as text or in Base64, for it has done both.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="ArgumentException">It is no CloudEvent.</exception>
    public static CloudEvent Parse(string message)
    {
        var bytes = message.AsSpan().TrimStart().StartsWith("{", StringComparison.Ordinal) ? Encoding.UTF8.GetBytes(message) : Convert.FromBase64String(message);
        return CloudEvent.Parse(BinaryData.FromBytes(bytes)) ?? throw new ArgumentException("The message holds no event.", nameof(message));
    }

    /// <summary>An event as one JSON document, in structured mode.</summary>
    public static byte[] Structured(CloudEvent cloud) => JsonSerializer.SerializeToUtf8Bytes(cloud, Readable);
}
