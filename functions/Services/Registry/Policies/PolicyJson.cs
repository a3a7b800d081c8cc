using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Xml;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;

namespace Serverless.Services.Registry.Policies;

/// <summary>The document's parts as they are written: what is absent keeps its default.</summary>
internal sealed record PolicyParts(RegistrationPolicy? Registration = null, ServingPolicy? Serving = null, LoggingPolicy? Logging = null, MonitoringPolicy? Monitoring = null, RolloutPolicy? Rollout = null);

/// <summary>By reflection: generated readers set every init-only property, and so lose the defaults of those that the document leaves out.</summary>
internal static class PolicyJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new Iso8601Duration(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    public static PolicyParts Read(string json)
    {
        var document = JsonNode.Parse(json);
        if (document?["monitoring"]?["monitors"] is JsonObject monitors)
            foreach (var (name, monitor) in monitors.ToArray())
                if (MonitoringPolicy.Defaults.TryGetValue(name, out var standard)) monitors[name] = Over(standard, monitor);
        // An objective of its own name has the same urgencies, of which a document may state parts.
        if (document?["monitoring"]?["slos"] is JsonObject slos)
            foreach (var (name, slo) in slos.ToArray()) slos[name] = Over(SloPolicy.Defaults.GetValueOrDefault(name) ?? new(), slo);
        return document.Deserialize<PolicyParts>(Options)!;
    }

    private static JsonObject Over<T>(T standard, JsonNode? said) => Over(JsonSerializer.SerializeToNode(standard, Options)!.AsObject(), said!.AsObject());

    /// <summary>What the document says of a monitor or an objective, over what its default says.</summary>
    private static JsonObject Over(JsonObject standard, JsonObject said)
    {
        foreach (var (name, value) in said)
            standard[name] = standard[name] is JsonObject below && value is JsonObject above ? Over(below, above) : value?.DeepClone();
        return standard;
    }
}

internal sealed class Iso8601Duration : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => XmlConvert.ToTimeSpan(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteStringValue(XmlConvert.ToString(value));
}
