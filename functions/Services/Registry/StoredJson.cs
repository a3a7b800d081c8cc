using System.Text.Json;
using System.Text.Json.Serialization;
using Serverless.Core.Registry;

namespace Serverless.Services.Registry;

/// <summary>The form in which the registry keeps its records. It changes slower than what callers see: members are only added.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(ModelNameText), typeof(DigestText), typeof(DimensionText), typeof(CamelCaseEnum<TaskKind>), typeof(CamelCaseEnum<ValueKind>), typeof(CamelCaseEnum<ElementType>), typeof(CamelCaseEnum<TrafficKey>)])]
[JsonSerializable(typeof(ModelRecord))]
[JsonSerializable(typeof(ModelVersion))]
[JsonSerializable(typeof(VersionMetadata))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(AliasRecord))]
[JsonSerializable(typeof(TrafficSplit))]
internal sealed partial class StoredJson : JsonSerializerContext;

/// <summary>Enum members in camelCase, never as numbers.</summary>
/// <typeparam name="T">The enum.</typeparam>
public sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>A model's name as text.</summary>
public sealed class ModelNameText : JsonConverter<ModelName>
{
    /// <inheritdoc/>
    public override ModelName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ModelName.Parse(reader.GetString());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ModelName value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}

/// <summary>A digest as text.</summary>
public sealed class DigestText : JsonConverter<Digest>
{
    /// <inheritdoc/>
    public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Digest.Parse(reader.GetString());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) => writer.WriteStringValue(value.Hex);
}

/// <summary>A dimension as a number (fixed), a text (symbol) or null (open).</summary>
public sealed class DimensionText : JsonConverter<Dimension>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override Dimension Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => new(reader.GetInt64(), null),
        JsonTokenType.String => new(null, reader.GetString()),
        _ => new(null, null),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Dimension value, JsonSerializerOptions options)
    {
        if (value.Size is { } size) writer.WriteNumberValue(size);
        else writer.WriteStringValue(value.Symbol);
    }
}
