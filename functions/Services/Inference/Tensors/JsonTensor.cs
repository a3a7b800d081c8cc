using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Services.Inference.Tensors;

/// <summary>Reads a JSON array (nested or flat) or a scalar straight into a tensor's memory.</summary>
internal static class JsonTensor
{
    /// <summary>Reads the value that the reader stands on; appends its elements and notes its shape.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidTensor"/></exception>
    public static void Read(ref Utf8JsonReader reader, TensorBuffer target, NestedShape shape, string name)
    {
        shape.Start();
        switch (target.Type)
        {
            case ElementType.Float: Read<float, SingleElement>(ref reader, target, shape, name); break;
            case ElementType.Double: Read<double, DoubleElement>(ref reader, target, shape, name); break;
            case ElementType.Int64: Read<long, IntegerElement<long>>(ref reader, target, shape, name); break;
            case ElementType.Int32: Read<int, IntegerElement<int>>(ref reader, target, shape, name); break;
            case ElementType.Int16: Read<short, IntegerElement<short>>(ref reader, target, shape, name); break;
            case ElementType.Int8: Read<sbyte, IntegerElement<sbyte>>(ref reader, target, shape, name); break;
            case ElementType.UInt64: Read<ulong, IntegerElement<ulong>>(ref reader, target, shape, name); break;
            case ElementType.UInt32: Read<uint, IntegerElement<uint>>(ref reader, target, shape, name); break;
            case ElementType.UInt16: Read<ushort, IntegerElement<ushort>>(ref reader, target, shape, name); break;
            case ElementType.UInt8: Read<byte, IntegerElement<byte>>(ref reader, target, shape, name); break;
            case ElementType.Bool: Read<bool, BooleanElement>(ref reader, target, shape, name); break;
            case ElementType.Float16: Read<Half, HalfElement>(ref reader, target, shape, name); break;
            case ElementType.BFloat16: Read<ushort, BFloat16Element>(ref reader, target, shape, name); break;
            case ElementType.String: ReadTexts(ref reader, target, shape, name); break;
            default: throw Refuse.Carrying(name, target.Type);
        }
    }

    private static void Read<T, TElement>(ref Utf8JsonReader reader, TensorBuffer target, NestedShape shape, string name)
        where T : unmanaged
        where TElement : struct, IJsonElement<T>
    {
        while (true)
        {
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                if (!shape.Open()) throw Refuse.Ragged(name, target.Count);
            }
            else if (reader.TokenType == JsonTokenType.EndArray)
            {
                if (!shape.Close()) throw Refuse.Ragged(name, target.Count);
            }
            else
            {
                if (!TElement.TryRead(ref reader, out var element)) throw Refuse.Element(name, target.Count, target.Type, ref reader);
                if (!shape.Value()) throw Refuse.Ragged(name, target.Count);
                target.Add(element);
            }
            if (shape.Done) return;
            reader.Read();
        }
    }

    private static void ReadTexts(ref Utf8JsonReader reader, TensorBuffer target, NestedShape shape, string name)
    {
        while (true)
        {
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                if (!shape.Open()) throw Refuse.Ragged(name, target.Count);
            }
            else if (reader.TokenType == JsonTokenType.EndArray)
            {
                if (!shape.Close()) throw Refuse.Ragged(name, target.Count);
            }
            else
            {
                if (reader.TokenType != JsonTokenType.String) throw Refuse.Element(name, target.Count, target.Type, ref reader);
                if (!shape.Value()) throw Refuse.Ragged(name, target.Count);
                AddText(ref reader, target);
            }
            if (shape.Done) return;
            reader.Read();
        }
    }

    /// <summary>Appends the text that the reader stands on, unescaped.</summary>
    public static void AddText(ref Utf8JsonReader reader, TensorBuffer target)
    {
        if (!reader.ValueIsEscaped)
        {
            target.AddText(reader.ValueSpan);
            return;
        }
        var index = target.Count;
        target.SetCount(index + 1);
        target.CommitText(index, reader.CopyString(target.TextRoom(reader.ValueSpan.Length)));
    }
}
