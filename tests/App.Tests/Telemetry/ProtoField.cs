using System.Buffers.Binary;

namespace Serverless.App.Tests.Telemetry;

/// <summary>One field of a protobuf message: as much of the encoding as OTLP uses.</summary>
internal readonly record struct ProtoField(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)
{
    private const int Varint = 0, Fixed64 = 1, Length = 2, Fixed32 = 5;

    public string Text => System.Text.Encoding.UTF8.GetString(Bytes.Span);

    public string Hex => Convert.ToHexStringLower(Bytes.Span);

    public IEnumerable<ProtoField> Fields => Of(Bytes);

    /// <summary>The fields of a message, in order.</summary>
    public static IEnumerable<ProtoField> Of(ReadOnlyMemory<byte> message)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Read(message.Span, ref at);
            var (number, kind) = ((int)(tag >> 3), (int)(tag & 7));
            var value = kind == Varint || kind == Length ? Read(message.Span, ref at) : 0;
            var size = kind switch { Varint => 0, Fixed64 => 8, Length => (int)value, Fixed32 => 4, _ => throw new InvalidDataException($"Wire type {kind}.") };
            var bytes = message.Slice(at, size);
            at += size;
            yield return new(number, kind == Fixed64 ? BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span) : value, bytes);
        }
    }

    private static ulong Read(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
    }
}
