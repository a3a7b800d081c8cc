using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Inference.OpenInference;

/// <summary>Reads which outputs a request asks for, and in which form.</summary>
internal static class OutputRequests
{
    /// <summary>Reads the array after the member's name.</summary>
    public static void Read(ref Utf8JsonReader reader, InferenceCall call)
    {
        JsonRequest.StartArray(ref reader, "outputs");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw JsonRequest.Wrong("outputs", "is an array of objects");
            call.Requested.Add(ReadOne(ref reader, call));
        }
    }

    /// <summary>What the request says for all outputs holds for those that say nothing themselves.</summary>
    public static void AskForBinary(InferenceCall call)
    {
        if (call.Requested.Count == 0)
            for (var index = 0; index < call.Servable.Outputs.Length; index++) call.Requested.Add(new(index, null, 0));
        for (var at = 0; at < call.Requested.Count; at++)
            call.Requested[at] = call.Requested[at] with { Binary = call.Requested[at].Binary ?? true };
    }

    private static RequestedOutput ReadOne(ref Utf8JsonReader reader, InferenceCall call)
    {
        var index = -1;
        Parameters parameters = default;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("name"u8)) index = Find(ref reader, call);
            else if (reader.ValueTextEquals("parameters"u8)) parameters = Parameters.Read(ref reader);
            else JsonRequest.Skip(ref reader);
        }
        if (index < 0) throw JsonRequest.Wrong("outputs", "has an element without \"name\"");
        foreach (var earlier in call.Requested)
            if (earlier.Index == index) throw JsonRequest.Wrong("outputs", $"names \"{call.Servable.OutputNames[index]}\" twice");
        return new(index, parameters.Binary, parameters.Classes ?? 0);
    }

    private static int Find(ref Utf8JsonReader reader, InferenceCall call)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String) throw JsonRequest.Wrong("name", "is text");
        for (var index = 0; index < call.Servable.Outputs.Length; index++)
            if (reader.ValueTextEquals(call.Servable.Outputs[index].Utf8)) return index;
        throw new ProblemException(ProblemKind.InvalidTensor, $"The model has no output \"{reader.GetString()}\".")
        { Where = "outputs", Expected = call.Servable.OutputNames };
    }
}
