using System.IO.Pipelines;
using System.Text.Json;
using Apache.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>Batches as one JSON object a row and line.</summary>
internal static class JsonLines
{
    private const int FlushRows = 256;

    public static async Task WriteAsync(PipeWriter pipe, IReadOnlyList<RecordBatch> batches, CancellationToken cancel)
    {
        using var json = new Utf8JsonWriter(pipe, ArrowJson.Options);
        foreach (var batch in batches)
            for (var row = 0; row < batch.Length; row++)
            {
                Write(json, batch, row);
                json.Flush();
                json.Reset();
                pipe.GetSpan(1)[0] = (byte)'\n';
                pipe.Advance(1);
                if (row % FlushRows == FlushRows - 1 || row == batch.Length - 1) await pipe.FlushAsync(cancel);
            }
    }

    private static void Write(Utf8JsonWriter json, RecordBatch batch, int row)
    {
        json.WriteStartObject();
        for (var column = 0; column < batch.ColumnCount; column++)
        {
            json.WritePropertyName(batch.Schema.GetFieldByIndex(column).Name);
            ArrowJson.Write(json, batch.Column(column), row);
        }
        json.WriteEndObject();
    }
}
