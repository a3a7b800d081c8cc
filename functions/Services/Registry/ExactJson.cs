using System.Text.Json;
using System.Text.Json.Serialization;

namespace Serverless.Services.Registry;

/// <summary>JSON that goes out byte by byte as it is kept, so that whoever gets it can hash it.</summary>
/// <param name="Text">The JSON.</param>
public readonly record struct ExactJson(string Text);

/// <summary>Writes the text as it is.</summary>
public sealed class ExactJsonText : JsonConverter<ExactJson>
{
    /// <inheritdoc/>
    public override ExactJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return new(document.RootElement.GetRawText());
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ExactJson value, JsonSerializerOptions options) => writer.WriteRawValue(value.Text, skipInputValidation: true);
}
