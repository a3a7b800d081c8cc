using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference;

/// <summary>
/// Elements as JSON. NaN and the infinities, which JSON lacks, are the texts "NaN", "Infinity" and "-Infinity": protobuf's JSON
/// mapping, .NET and Java read them so, NumPy converts them, and what was answered can be sent back; null would lose which it was.
/// </summary>
internal static class JsonValues
{
    /// <summary>Writes elements one after the other.</summary>
    public static void Write(Utf8JsonWriter json, OutputTensor output, int first, int count)
    {
        switch (output.Type)
        {
            case ElementType.Float:
                foreach (var value in output.Values<float>().Slice(first, count)) Write(json, value);
                break;
            case ElementType.Int64:
                foreach (var value in output.Values<long>().Slice(first, count)) json.WriteNumberValue(value);
                break;
            default:
                for (var index = first; index < first + count; index++) WriteOne(json, output, index);
                break;
        }
    }

    /// <summary>Writes one element.</summary>
    public static void WriteOne(Utf8JsonWriter json, OutputTensor output, int index)
    {
        switch (output.Type)
        {
            case ElementType.Float: Write(json, output.Values<float>()[index]); break;
            case ElementType.Double: Write(json, output.Values<double>()[index]); break;
            case ElementType.Int64: json.WriteNumberValue(output.Values<long>()[index]); break;
            case ElementType.Int32: json.WriteNumberValue(output.Values<int>()[index]); break;
            case ElementType.Int16: json.WriteNumberValue(output.Values<short>()[index]); break;
            case ElementType.Int8: json.WriteNumberValue(output.Values<sbyte>()[index]); break;
            case ElementType.UInt64: json.WriteNumberValue(output.Values<ulong>()[index]); break;
            case ElementType.UInt32: json.WriteNumberValue(output.Values<uint>()[index]); break;
            case ElementType.UInt16: json.WriteNumberValue(output.Values<ushort>()[index]); break;
            case ElementType.UInt8: json.WriteNumberValue(output.Values<byte>()[index]); break;
            case ElementType.Bool: json.WriteBooleanValue(output.Values<byte>()[index] != 0); break;
            case ElementType.Float16: Write(json, (float)output.Values<Half>()[index]); break;
            case ElementType.BFloat16: Write(json, BFloat16Element.ToSingle(output.Values<ushort>()[index])); break;
            case ElementType.String: WriteText(json, output, index); break;
            default: throw new InvalidOperationException($"{output.Type} has been refused before.");
        }
    }

    /// <summary>Writes some elements in the nesting of a shape; a scalar for an empty one.</summary>
    public static void WriteNested(Utf8JsonWriter json, OutputTensor output, int first, ReadOnlySpan<long> shape)
    {
        if (shape.IsEmpty)
        {
            WriteOne(json, output, first);
            return;
        }
        var length = 1;
        foreach (var size in shape[1..]) length *= (int)size;
        json.WriteStartArray();
        if (shape.Length == 1) Write(json, output, first, (int)shape[0]);
        else
            for (var index = 0; index < shape[0]; index++) WriteNested(json, output, first + index * length, shape[1..]);
        json.WriteEndArray();
    }

    /// <summary>Labels as JSON text.</summary>
    public static string WriteLabels(IReadOnlyList<string> labels)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (var label in labels) json.WriteStringValue(label);
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A float, in the shortest form that reads back as the same float.</summary>
    public static void Write(Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value)) json.WriteNumberValue(value);
        else json.WriteStringValue(Name(value));
    }

    /// <summary>A double, in the shortest form that reads back as the same double.</summary>
    public static void Write(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value)) json.WriteNumberValue(value);
        else json.WriteStringValue(Name(value));
    }

    private static void WriteText(Utf8JsonWriter json, OutputTensor output, int index)
    {
        var text = output.Text(index);
        if (!Utf8.IsValid(text))
            throw new ProblemException(ProblemKind.InvalidRequest, $"Output \"{output.Slot.Name}\" holds bytes that are no text; ask for it in binary.") { Where = output.Slot.Name };
        json.WriteStringValue(text);
    }

    private static ReadOnlySpan<byte> Name(double value) => double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8;
}
