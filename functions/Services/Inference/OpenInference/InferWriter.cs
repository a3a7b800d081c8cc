using System.Text.Json;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference.OpenInference;

/// <summary>Writes an Open Inference Protocol response: JSON, then the outputs that were asked for in binary.</summary>
internal static class InferWriter
{
    /// <summary>Writes the call's response.</summary>
    public static void Write(InferenceCall call)
    {
        var json = call.Response.Json;
        json.WriteStartObject();
        json.WriteString("model_name"u8, call.Servable.Model.Value);
        json.WriteString("model_version"u8, call.Servable.NumberText);
        if (call.Id.HasValue) json.WriteString("id"u8, call.Id.Utf8);
        json.WriteStartArray("outputs"u8);
        var outputs = call.Outputs;
        for (var index = 0; index < outputs.Length; index++)
        {
            var asked = call.Requested.Count == 0 ? default : call.Requested[index];
            if (asked.Classes > 0) Classification.Write(json, outputs[index], asked, call);
            else Write(json, outputs[index], asked.Binary ?? false);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        AppendBinary(call);
    }

    private static void Write(Utf8JsonWriter json, OutputTensor output, bool binary)
    {
        Start(json, output.Slot.Utf8, Datatype.NameOf(output.Type)!, output.Shape);
        if (binary || output.Labels is not null)
        {
            json.WriteStartObject("parameters"u8);
            if (binary) json.WriteNumber("binary_data_size"u8, BinaryTensor.SizeOf(output));
            // The protocol's parameters are text, numbers and truth values: the list of labels travels as JSON text.
            if (output.Labels is { } labels) json.WriteString("labels"u8, JsonValues.WriteLabels(labels));
            json.WriteEndObject();
        }
        if (!binary)
        {
            json.WriteStartArray("data"u8);
            JsonValues.Write(json, output, 0, output.Count);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    /// <summary>An output's first members.</summary>
    public static void Start(Utf8JsonWriter json, ReadOnlySpan<byte> name, string datatype, ReadOnlySpan<long> shape)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteString("datatype"u8, datatype);
        json.WriteStartArray("shape"u8);
        foreach (var size in shape) json.WriteNumberValue(size);
        json.WriteEndArray();
    }

    private static void AppendBinary(InferenceCall call)
    {
        var length = call.Response.Length;
        for (var index = 0; index < call.Requested.Count; index++)
        {
            if (call.Requested[index] is not { Binary: true } asked) continue;
            if (asked.Classes > 0) Classification.WriteBinary(call.Response, call.Outputs[index], asked, call);
            else BinaryTensor.Write(call.Outputs[index], call.Response);
            (call.Response.Binary, call.Response.JsonLength) = (true, length);
        }
    }
}
