using System.Collections.Frozen;
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

/// <summary>Enum members in camelCase, never as numbers; what is none of them is told which there are.</summary>
/// <typeparam name="T">The enum.</typeparam>
public sealed class CamelCaseEnum<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<string, T> Members = Enum.GetNames<T>().ToFrozenDictionary(JsonNamingPolicy.CamelCase.ConvertName, Enum.Parse<T>, StringComparer.OrdinalIgnoreCase);
    private static readonly FrozenDictionary<T, string> Names = Members.ToFrozenDictionary(member => member.Value, member => member.Key);

    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Members.TryGetValue(reader.GetString()!, out var member) ? member : throw Unknown(reader.TokenType == JsonTokenType.String ? $"\"{reader.GetString()}\"" : "The value");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Names[value]);

    /// <inheritdoc/>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Members.TryGetValue(reader.GetString()!, out var member) ? member : throw Unknown($"\"{reader.GetString()}\"");

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WritePropertyName(Names[value]);

    private static JsonException Unknown(string found) => new($"{found} is none of {string.Join(", ", Members.Keys.Order(StringComparer.Ordinal))}.");
}

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
