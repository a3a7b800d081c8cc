using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Apache.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>Values of Arrow arrays as JSON. NaN and the infinities are texts, as in the answers of the inference protocols; times are RFC 3339.</summary>
internal static class ArrowJson
{
    public static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one value.</summary>
    public static void Write(Utf8JsonWriter json, IArrowArray array, int row)
    {
        if (array.IsNull(row))
        {
            json.WriteNullValue();
            return;
        }
        switch (array)
        {
            case StringArray texts: json.WriteStringValue(texts.GetBytes(row)); break;
            case FloatArray floats: WriteNumber(json, floats.Values[row]); break;
            case DoubleArray doubles: WriteNumber(json, doubles.Values[row]); break;
            case Int64Array numbers: json.WriteNumberValue(numbers.Values[row]); break;
            case Int32Array numbers: json.WriteNumberValue(numbers.Values[row]); break;
            case Int16Array numbers: json.WriteNumberValue(numbers.Values[row]); break;
            case Int8Array numbers: json.WriteNumberValue(numbers.Values[row]); break;
            case UInt64Array numbers: json.WriteNumberValue(numbers.Values[row]); break;
            case UInt32Array numbers: json.WriteNumberValue(numbers.Values[row]); break;
            case UInt16Array numbers: json.WriteNumberValue(numbers.Values[row]); break;
            case UInt8Array numbers: json.WriteNumberValue(numbers.Values[row]); break;
            case BooleanArray flags: json.WriteBooleanValue(flags.GetValue(row)!.Value); break;
            case TimestampArray times: json.WriteStringValue(Time(times.Values[row])); break;
            case ListArray lists: WriteList(json, lists, row); break;
            default: throw new InvalidDataException($"The log has no columns of {array.Data.DataType.Name}.");
        }
    }

    /// <summary>A time as text.</summary>
    public static string Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static void WriteNumber(Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value)) json.WriteNumberValue(value);
        else json.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }

    private static void WriteNumber(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value)) json.WriteNumberValue(value);
        else json.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }

    private static void WriteList(Utf8JsonWriter json, ListArray lists, int row)
    {
        json.WriteStartArray();
        var first = lists.ValueOffsets[row];
        for (var item = first; item < first + lists.GetValueLength(row); item++) Write(json, lists.Values, item);
        json.WriteEndArray();
    }
}
