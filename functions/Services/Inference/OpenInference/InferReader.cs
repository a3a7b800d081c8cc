using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference.OpenInference;

/// <summary>Reads an Open Inference Protocol request in one pass: JSON straight into tensors, binary tensors from what follows it.</summary>
internal ref struct InferReader(ReadOnlySpan<byte> json, ReadOnlySpan<byte> binary, InferenceCall call)
{
    private const int MaximumDepth = 16;
    private const int LongestId = 1024;

    private readonly ReadOnlySpan<byte> json = json;
    private Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
    private ReadOnlySpan<byte> binary = binary;
    private bool binaryOutputs;
    private int expected;

    [Flags]
    private enum Seen { None = 0, Id = 1, Parameters = 2, Inputs = 4, Outputs = 8, Name = 16, Shape = 32, Datatype = 64, Data = 128 }

    /// <summary>Reads the request into the call.</summary>
    /// <exception cref="ProblemException">What is wrong with it.</exception>
    public void Read()
    {
        try
        {
            ReadRequest();
        }
        catch (JsonException error)
        {
            throw Refuse.Json(error, json, reader.BytesConsumed);
        }
        catch (InvalidOperationException)
        {
            throw Refuse.NotUnicode();
        }
        if (binary.Length > 0) throw new ProblemException(ProblemKind.InvalidTensor, $"{binary.Length} bytes follow the last binary tensor.");
    }

    private void ReadRequest()
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw JsonRequest.NotAnObject();
        var seen = Seen.None;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("inputs"u8)) { Once(ref seen, Seen.Inputs, "inputs"u8); ReadInputs(); }
            else if (reader.ValueTextEquals("id"u8)) { Once(ref seen, Seen.Id, "id"u8); ReadId(); }
            else if (reader.ValueTextEquals("parameters"u8)) { Once(ref seen, Seen.Parameters, "parameters"u8); binaryOutputs = Parameters.Read(ref reader, call.Keys).BinaryOutputs ?? false; }
            else if (reader.ValueTextEquals("outputs"u8)) { Once(ref seen, Seen.Outputs, "outputs"u8); OutputRequests.Read(ref reader, call); }
            else JsonRequest.Skip(ref reader);
        }
        reader.Read();
        if ((seen & Seen.Inputs) == 0) throw new ProblemException(ProblemKind.InvalidRequest, "The request has no \"inputs\".") { Where = "inputs" };
        if (binaryOutputs) OutputRequests.AskForBinary(call);
    }

    private void ReadId()
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > LongestId)
            throw new ProblemException(ProblemKind.InvalidRequest, $"\"id\" is text of up to {LongestId} bytes.") { Where = "id" };
        call.Id.Keep(reader.CopyString(call.Id.Room(reader.ValueSpan.Length)));
    }

    private void ReadInputs()
    {
        JsonRequest.StartArray(ref reader, "inputs");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw JsonRequest.Wrong("inputs", "is an array of objects");
            ReadInput();
        }
    }

    private void ReadInput()
    {
        Span<long> dimensions = stackalloc long[NestedShape.MaximumRank];
        var (seen, index, rank, type) = (Seen.None, -1, 0, ElementType.Undefined);
        Utf8JsonReader later = default;
        int? binarySize = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("data"u8))
            {
                Once(ref seen, Seen.Data, "data"u8);
                reader.Read();
                if (index >= 0 && type != ElementType.Undefined) ReadData(ref reader, index, type);
                else { later = reader; reader.Skip(); }
            }
            else if (reader.ValueTextEquals("name"u8)) { Once(ref seen, Seen.Name, "name"u8); index = ReadName(); }
            else if (reader.ValueTextEquals("shape"u8)) { Once(ref seen, Seen.Shape, "shape"u8); rank = ReadShape(dimensions); }
            else if (reader.ValueTextEquals("datatype"u8)) { Once(ref seen, Seen.Datatype, "datatype"u8); type = ReadDatatype(); }
            else if (reader.ValueTextEquals("parameters"u8)) { Once(ref seen, Seen.Parameters, "parameters"u8); binarySize = Parameters.Read(ref reader).BinarySize; }
            else JsonRequest.Skip(ref reader);
        }
        CheckMembers(seen, binarySize is not null);
        if (later.TokenType != JsonTokenType.None) ReadData(ref later, index, type);
        if (binarySize is { } size) TakeBinary(index, type, size);
        TensorShape.Set(call.Input(index), dimensions[..rank], call.Servable.Inputs[index]);
    }

    private static void CheckMembers(Seen seen, bool hasBinary)
    {
        const Seen Needed = Seen.Name | Seen.Shape | Seen.Datatype;
        if ((seen & Needed) != Needed) throw JsonRequest.Wrong("inputs", $"has an element without \"{(Needed & ~seen).ToString().ToLowerInvariant()}\"");
        if ((seen & Seen.Data) != 0 == hasBinary)
            throw JsonRequest.Wrong("inputs", hasBinary ? "has an element with both \"data\" and \"binary_data_size\"" : "has an element without \"data\"");
    }

    private int ReadName()
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String) throw JsonRequest.Wrong("name", "is text");
        var slots = call.Servable.Inputs;
        for (var step = 0; step < slots.Length; step++)
        {
            // Clients send inputs in the model's order: the next one is the likeliest.
            var index = (expected + step) % slots.Length;
            if (!reader.ValueTextEquals(slots[index].Utf8)) continue;
            expected = index + 1;
            return index;
        }
        throw new ProblemException(ProblemKind.InvalidTensor, $"The model has no input \"{reader.GetString()}\".")
        { Where = "inputs", Expected = call.Servable.InputNames };
    }

    private ElementType ReadDatatype()
    {
        reader.Read();
        var type = reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped ? Datatype.Parse(reader.ValueSpan) : ElementType.Undefined;
        return type != ElementType.Undefined ? type : throw JsonRequest.Wrong("datatype", "is one of BOOL, UINT8 to UINT64, INT8 to INT64, FP16, BF16, FP32, FP64, BYTES");
    }

    private int ReadShape(scoped Span<long> dimensions)
    {
        JsonRequest.StartArray(ref reader, "shape");
        var rank = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (rank == dimensions.Length) throw JsonRequest.Wrong("shape", $"has up to {NestedShape.MaximumRank} dimensions");
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out dimensions[rank++])) throw JsonRequest.Wrong("shape", "is an array of whole numbers");
        }
        return rank;
    }

    private readonly TensorBuffer Begin(int index, ElementType type)
    {
        var slot = call.Servable.Inputs[index];
        if (slot.Type != type && slot.Datatype is not null)
            throw Refuse.Tensor(slot.Name, $"has the datatype {Datatype.NameOf(type)}; the model takes {slot.Datatype}.");
        return call.Give(index);
    }

    private readonly void ReadData(ref Utf8JsonReader at, int index, ElementType type)
    {
        var slot = call.Servable.Inputs[index];
        var target = Begin(index, type);
        if (at.TokenType != JsonTokenType.StartArray) throw Refuse.Tensor(slot.Name, "has \"data\" that is not an array.");
        JsonTensor.Read(ref at, target, call.Nested, slot.Name);
    }

    private void TakeBinary(int index, ElementType type, int size)
    {
        var slot = call.Servable.Inputs[index];
        if (size > binary.Length) throw Refuse.Tensor(slot.Name, $"has a binary_data_size of {size}; {binary.Length} bytes are left of the body.");
        BinaryTensor.Read(binary[..size], Begin(index, type), slot.Name);
        binary = binary[size..];
    }

    private static void Once(ref Seen seen, Seen member, ReadOnlySpan<byte> name)
    {
        if ((seen & member) != 0) throw Refuse.Duplicate(name);
        seen |= member;
    }
}
