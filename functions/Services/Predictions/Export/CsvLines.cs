using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Apache.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>Batches as CSV (RFC 4180): a header line, null as nothing, the empty text as "", lists as JSON.</summary>
internal static class CsvLines
{
    private const int FlushRows = 256;
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    public static async Task WriteAsync(PipeWriter pipe, Schema schema, IReadOnlyList<RecordBatch> batches, CancellationToken cancel)
    {
        var line = new StringBuilder();
        End(pipe, line.AppendJoin(',', schema.FieldsList.Select(field => Quote(field.Name))));
        foreach (var batch in batches)
            for (var row = 0; row < batch.Length; row++)
            {
                for (var column = 0; column < batch.ColumnCount; column++) line.Append(column == 0 ? "" : ",").Append(Text(batch.Column(column), row));
                End(pipe, line);
                if (row % FlushRows == FlushRows - 1) await pipe.FlushAsync(cancel);
            }
        await pipe.FlushAsync(cancel);
    }

    private static void End(PipeWriter pipe, StringBuilder line)
    {
        Encoding.UTF8.GetBytes(line.Append("\r\n").ToString(), pipe);
        line.Clear();
    }

    private static string Text(IArrowArray array, int row) => array.IsNull(row) ? "" : array switch
    {
        StringArray texts => texts.GetString(row) is { Length: > 0 } text ? Quote(text) : "\"\"",
        FloatArray floats => floats.Values[row].ToString(CultureInfo.InvariantCulture),
        DoubleArray doubles => doubles.Values[row].ToString(CultureInfo.InvariantCulture),
        TimestampArray times => ArrowJson.Time(times.Values[row]),
        _ => Quote(Json(array, row)),
    };

    private static string Json(IArrowArray array, int row)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, ArrowJson.Options)) ArrowJson.Write(json, array, row);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Quote(string text) => text.AsSpan().ContainsAny(Quoted) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
