using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference.Rows;

/// <summary>The two JSON forms that KServe v1 and MLflow share: <c>instances</c> (row by row) and <c>inputs</c> (input by input).</summary>
internal static class TensorForms
{
    /// <summary>Reads rows: objects by name, arrays or scalars of the only input, or arrays of one value an input.</summary>
    public static void ReadInstances(ref Utf8JsonReader reader, InferenceCall call, int maximumRows)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw JsonRequest.Wrong("instances", "is an array");
        var ahead = reader;
        ahead.Read();
        if (ahead.TokenType != JsonTokenType.StartObject && call.Servable.Inputs.Length == 1)
        {
            ReadInput(ref reader, call, 0);
            return;
        }
        var filler = new RowFiller(call, maximumRows, ignoreUnknown: false);
        int[] positions = [.. Enumerable.Range(0, filler.Features.Length)];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject) filler.ReadObject(ref reader);
            else filler.ReadArray(ref reader, positions);
        }
        filler.Complete();
    }

    /// <summary>Reads inputs: the only one's array, or an object of arrays by name.</summary>
    public static void ReadInputs(ref Utf8JsonReader reader, InferenceCall call)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            if (call.Servable.Inputs.Length != 1)
                throw new ProblemException(ProblemKind.InvalidRequest, "\"inputs\" is an object with an array for each of the model's inputs.") { Expected = call.Servable.InputNames };
            ReadInput(ref reader, call, 0);
            return;
        }
        if (reader.TokenType != JsonTokenType.StartObject) throw JsonRequest.Wrong("inputs", "is an array, or an object of arrays by input name");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            var index = Array.IndexOf(call.Servable.InputNames, name);
            if (index < 0) throw new ProblemException(ProblemKind.InvalidTensor, $"The model has no input \"{name}\".") { Expected = call.Servable.InputNames };
            reader.Read();
            ReadInput(ref reader, call, index);
        }
    }

    private static void ReadInput(ref Utf8JsonReader reader, InferenceCall call, int index)
    {
        var slot = call.Servable.Inputs[index];
        var target = call.Give(index);
        JsonTensor.Read(ref reader, target, call.Nested, slot.Name);
        var shape = call.Nested.Dimensions;
        // A column of scalars stands for a column of one-element rows.
        if (slot.Dimensions is [_, < 0 or 1] && shape.Length == 1) TensorShape.Set(target, [shape[0], 1], slot);
        else TensorShape.Set(target, shape, slot);
    }
}
