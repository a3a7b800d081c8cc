using System.Text.Json;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Inference;

/// <summary>Outputs row by row, as the tabular protocols write them.</summary>
internal static class OutputRecords
{
    /// <summary>A row's value where the model has one output, else an object by output name.</summary>
    public static void WriteRow(Utf8JsonWriter json, InferenceCall call, int row)
    {
        if (call.Outputs.Length == 1) OutputRows.Write(json, call.Outputs[0], row, call.Rows);
        else WriteRecord(json, call, row);
    }

    /// <summary>A row as an object by output name.</summary>
    public static void WriteRecord(Utf8JsonWriter json, InferenceCall call, int row)
    {
        json.WriteStartObject();
        foreach (var output in call.Outputs)
        {
            json.WritePropertyName(output.Slot.Utf8);
            OutputRows.Write(json, output, row, call.Rows);
        }
        json.WriteEndObject();
    }
}
