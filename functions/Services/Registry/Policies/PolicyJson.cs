using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Xml;
using Serverless.Core.Registry;

namespace Serverless.Services.Registry.Policies;

/// <summary>The document's parts as they are written: what is absent keeps its default.</summary>
internal sealed record PolicyParts(RegistrationPolicy? Registration = null, ServingPolicy? Serving = null, LoggingPolicy? Logging = null);

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

    public static PolicyParts Read(string json) => JsonSerializer.Deserialize<PolicyParts>(json, Options)!;
}

internal sealed class Iso8601Duration : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => XmlConvert.ToTimeSpan(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteStringValue(XmlConvert.ToString(value));
}
