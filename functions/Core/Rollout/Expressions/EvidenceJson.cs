using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Serverless.Core.Statistics;

namespace Serverless.Core.Rollout;

/// <summary>Evidence as bytes: one way to write each.</summary>
internal static class EvidenceJson
{
    public static byte[] Write(IEnumerable<KeyValuePair<string, Figure>> figures)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(bytes, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        foreach (var (name, figure) in figures) Write(writer, name, figure);
        writer.WriteEndObject();
        writer.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    public static IEnumerable<KeyValuePair<string, Figure>> Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { AllowDuplicateProperties = false });
            return [.. document.RootElement.EnumerateObject().Select(figure => KeyValuePair.Create(figure.Name, Read(figure.Value)))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new FormatException($"This is no evidence: {e.Message}", e);
        }
    }

    private static void Write(Utf8JsonWriter writer, string name, Figure figure)
    {
        writer.WriteStartObject(name);
        if (Figure.Finite(figure.Value) is { } value) writer.WriteNumber("value", Plain(value));
        if (figure.Interval is { } interval && double.IsFinite(interval.Low) && double.IsFinite(interval.High))
        {
            writer.WriteNumber("low", Plain(interval.Low));
            writer.WriteNumber("high", Plain(interval.High));
            writer.WriteNumber("level", Plain(interval.Level));
            writer.WriteString("method", interval.Method.ToString());
        }

        writer.WriteNumber("n", figure.Count);
        writer.WriteString("source", figure.Source);
        writer.WriteEndObject();
    }

    // Minus nought equals nought, so both are written as one.
    private static double Plain(double value) => value == 0 ? 0 : value;

    private static Figure Read(JsonElement figure) => new(
        figure.TryGetProperty("value", out var value) ? value.GetDouble() : null,
        figure.TryGetProperty("low", out var low)
            ? new(low.GetDouble(), figure.GetProperty("high").GetDouble(), figure.GetProperty("level").GetDouble(), Enum.Parse<IntervalMethod>(figure.GetProperty("method").GetString()!))
            : null,
        figure.GetProperty("n").GetInt64(),
        figure.GetProperty("source").GetString()!);
}
