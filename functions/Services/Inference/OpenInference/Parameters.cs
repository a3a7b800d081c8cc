using System.Text;
using System.Text.Json;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference.OpenInference;

/// <summary>Those of a request's, an input's or an output's parameters that serving acts on. Others are the caller's own; each stands once and is plain.</summary>
internal readonly record struct Parameters(bool? BinaryOutputs, bool? Binary, int? BinarySize, int? Classes)
{
    /// <summary>Reads the object after the member's name. A request's own may hold keys beside the features, which <paramref name="keys"/> takes.</summary>
    public static Parameters Read(ref Utf8JsonReader reader, CallerKeys? keys = null)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw JsonRequest.Wrong("parameters", "is an object");
        Parameters read = default;
        HashSet<string>? others = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("binary_data_output"u8)) read = read with { BinaryOutputs = Flag(ref reader, read.BinaryOutputs is null, "binary_data_output") };
            else if (reader.ValueTextEquals("binary_data"u8)) read = read with { Binary = Flag(ref reader, read.Binary is null, "binary_data") };
            else if (reader.ValueTextEquals("binary_data_size"u8)) read = read with { BinarySize = Number(ref reader, read.BinarySize is null, "binary_data_size") };
            else if (reader.ValueTextEquals("classification"u8)) read = read with { Classes = Number(ref reader, read.Classes is null, "classification") };
            else TakeOther(ref reader, others ??= [], keys);
        }
        return read;
    }

    private static void TakeOther(ref Utf8JsonReader reader, HashSet<string> others, CallerKeys? keys)
    {
        var name = reader.GetString()!;
        if (!others.Add(name)) throw Refuse.Duplicate(Encoding.UTF8.GetBytes(name));
        reader.Read();
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) throw JsonRequest.Wrong(name, "is a parameter: text, a number or a truth value");
        keys?.TryTake(name, ref reader);
    }

    private static bool Flag(ref Utf8JsonReader reader, bool first, string name)
    {
        if (!first) throw Refuse.Duplicate(Encoding.UTF8.GetBytes(name));
        reader.Read();
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.GetBoolean() : throw JsonRequest.Wrong(name, "is true or false");
    }

    private static int Number(ref Utf8JsonReader reader, bool first, string name)
    {
        if (!first) throw Refuse.Duplicate(Encoding.UTF8.GetBytes(name));
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) && number >= 0
            ? number
            : throw JsonRequest.Wrong(name, "is a whole number from 0");
    }
}
