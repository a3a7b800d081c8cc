using System.Buffers;
using System.Buffers.Binary;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference.OpenInference;

/// <summary>The binary tensor extension's bytes: little-endian and row-major; each text after its length as four bytes.</summary>
internal static class BinaryTensor
{
    /// <summary>Fills a tensor.</summary>
    public static void Read(ReadOnlySpan<byte> bytes, TensorBuffer target, string name)
    {
        if (target.Type == ElementType.String)
        {
            ReadTexts(bytes, target, name);
            return;
        }
        var size = Datatype.SizeOf(target.Type);
        if (bytes.Length % size != 0) throw Refuse.Tensor(name, $"has {bytes.Length} bytes, which is no multiple of {Datatype.NameOf(target.Type)}'s {size}.");
        if (target.Type == ElementType.Bool && bytes.ContainsAnyExceptInRange((byte)0, (byte)1)) throw Refuse.Tensor(name, "has a BOOL byte other than 0 and 1.");
        target.SetCount(bytes.Length / size);
        bytes.CopyTo(target.Bytes);
    }

    /// <summary>How many bytes an output takes.</summary>
    public static int SizeOf(OutputTensor output)
    {
        if (output.Type != ElementType.String) return output.Bytes.Length;
        var size = 0;
        for (var index = 0; index < output.Count; index++) size = checked(size + sizeof(uint) + output.Text(index).Length);
        return size;
    }

    /// <summary>Writes an output.</summary>
    public static void Write(OutputTensor output, IBufferWriter<byte> target)
    {
        if (output.Type != ElementType.String)
        {
            target.Write(output.Bytes);
            return;
        }
        for (var index = 0; index < output.Count; index++) WriteText(output.Text(index), target);
    }

    /// <summary>Writes one text.</summary>
    public static void WriteText(ReadOnlySpan<byte> text, IBufferWriter<byte> target)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target.GetSpan(sizeof(uint)), text.Length);
        target.Advance(sizeof(uint));
        target.Write(text);
    }

    private static void ReadTexts(ReadOnlySpan<byte> bytes, TensorBuffer target, string name)
    {
        while (bytes.Length > 0)
        {
            if (!BinaryPrimitives.TryReadUInt32LittleEndian(bytes, out var length) || length > bytes.Length - sizeof(uint))
                throw Refuse.Tensor(name, $"ends within its text {target.Count}.");
            var text = bytes.Slice(sizeof(uint), (int)length);
            target.AddText(text);
            bytes = bytes[(sizeof(uint) + text.Length)..];
        }
    }
}
