using System.Text.Json;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Inference.Rows;

/// <summary>Writes one prediction a row: its id, its label, probabilities and value where the task has them, and every output.</summary>
internal static class RowsWriter
{
    /// <summary>Writes the call's response.</summary>
    public static void Write(InferenceCall call)
    {
        var json = call.Response.Json;
        json.WriteStartObject();
        json.WriteString("model"u8, call.Servable.Model.Value);
        json.WriteNumber("version"u8, call.Servable.Version.Number);
        json.WriteStartArray("predictions"u8);
        for (var row = 0; row < call.Rows; row++) WriteRow(json, call, row);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    private static void WriteRow(Utf8JsonWriter json, InferenceCall call, int row)
    {
        Span<byte> id = stackalloc byte[64];
        var plan = call.Servable.AnswerPlan;
        json.WriteStartObject();
        json.WriteString("id"u8, id[..call.Ids.Format(row, id)]);
        if (Find(call, plan.Label) is { RowLength: 1 } label) WriteLabel(json, label, row, plan);
        else if (Find(call, plan.Scores) is { RowLength: > 0 } scores) WriteLargest(json, scores, row, plan);
        if (Find(call, plan.Probabilities) is { } probabilities) WriteProbabilities(json, probabilities, row, plan);
        if (Find(call, plan.Value) is { RowLength: 1 } value)
        {
            json.WritePropertyName("value"u8);
            JsonValues.WriteOne(json, value, row);
        }
        json.WriteStartObject("outputs"u8);
        foreach (var output in call.Outputs)
        {
            json.WritePropertyName(output.Slot.Utf8);
            OutputRows.Write(json, output, row, call.Rows);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // What an output holds may differ from what the graph declares: only one that has a row for each row says something of a row.
    private static OutputTensor? Find(InferenceCall call, int index) =>
        index >= 0 && call.Outputs[index] is { Shape: [var rows, ..] } output && rows == call.Rows ? output : null;

    private static void WriteLabel(Utf8JsonWriter json, OutputTensor output, int row, AnswerPlan plan)
    {
        json.WritePropertyName("label"u8);
        var index = output.Type switch
        {
            ElementType.Int64 => output.Values<long>()[row],
            ElementType.Int32 => output.Values<int>()[row],
            _ => -1,
        };
        if (plan.ClassLabels is { } labels && index >= 0 && index < labels.Count) json.WriteStringValue(labels[(int)index]);
        else JsonValues.WriteOne(json, output, row);
    }

    private static void WriteLargest(Utf8JsonWriter json, OutputTensor output, int row, AnswerPlan plan)
    {
        var (length, best) = (output.RowLength, 0);
        for (var index = 1; index < length; index++)
            if (Number(output, row * length + index) > Number(output, row * length + best)) best = index;
        if (OutputRows.LabelOf(output, best, plan.ClassLabels) is { } label) json.WriteString("label"u8, label);
        else json.WriteNumber("label"u8, best);
    }

    private static void WriteProbabilities(Utf8JsonWriter json, OutputTensor output, int row, AnswerPlan plan)
    {
        json.WriteStartObject("probabilities"u8);
        for (var index = 0; index < output.RowLength; index++)
        {
            json.WritePropertyName(OutputRows.LabelOf(output, index, plan.ClassLabels) ?? index.ToString(System.Globalization.CultureInfo.InvariantCulture));
            JsonValues.WriteOne(json, output, row * output.RowLength + index);
        }
        json.WriteEndObject();
    }

    private static double Number(OutputTensor output, int index) =>
        output.Type == ElementType.Double ? output.Values<double>()[index] : output.Values<float>()[index];
}
