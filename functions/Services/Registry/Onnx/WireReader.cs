using System.Text;
using Serverless.Core.Problems;

namespace Serverless.Services.Registry.Onnx;

/// <summary>
/// Reads protobuf's wire format forwards from a seekable stream, and seeks over what nobody asks for, so that weights are never
/// read. Nothing is allocated in proportion to a length that the file only claims.
/// </summary>
/// <param name="stream">Seekable, at the message's start.</param>
/// <param name="length">The stream's length.</param>
internal sealed class WireReader(Stream stream, long length)
{
    private const int LongestText = 4096;
    private const long MostKept = 16 << 20;
    private const int CostOfOne = 32;
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private readonly byte[] buffer = new byte[16 << 10];
    private int at;
    private int filled;
    private long bufferStart;
    private long kept;

    /// <summary>Where the next byte is.</summary>
    public long Position => bufferStart + at;

    /// <summary>The stream's end.</summary>
    public long Length => length;

    /// <summary>The next field of a message that ends at <paramref name="end"/>; false at its end.</summary>
    public bool TryReadField(long end, out int field, out int wire)
    {
        (field, wire) = (0, 0);
        if (Position == end) return false;
        if (Position > end) throw Wrong("a field reaches beyond its message");
        var tag = ReadVarint();
        (field, wire) = ((int)(tag >> 3), (int)(tag & 7));
        if (tag >> 3 is 0 or > int.MaxValue >> 3) throw Wrong("a field has no valid number");
        return true;
    }

    /// <summary>A varint.</summary>
    public ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte();
            if (shift == 63 && next > 1) break;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw Wrong("a number is longer than 64 bits");
    }

    /// <summary>Where the length-delimited value that begins here ends.</summary>
    public long ReadEnd(long outer)
    {
        var size = ReadVarint();
        // A length that lies outside its message would make what is left negative, and a huge number of what is unsigned.
        if (Position > outer) throw Wrong("a value claims to be longer than what holds it: the file is cut off or corrupt");
        return size <= (ulong)(outer - Position) ? Position + (long)size : throw Wrong("a value claims to be longer than what holds it: the file is cut off or corrupt");
    }

    /// <summary>A text.</summary>
    public string ReadText(long outer)
    {
        var end = ReadEnd(outer);
        var size = end - Position;
        if (size > LongestText) throw Wrong($"a name is longer than {LongestText} bytes");
        var bytes = new byte[size];
        for (var index = 0; index < bytes.Length; index++) bytes[index] = ReadByte();
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Wrong("a name is not UTF-8");
        }
    }

    /// <summary>Counts a text that is held on to: all of a file's names together are bounded, however large the file is.</summary>
    public string Keep(string text)
    {
        kept += text.Length + CostOfOne;
        return kept <= MostKept ? text : throw Wrong("its names are more than a model needs");
    }

    /// <summary>Passes over a field's value.</summary>
    public void Skip(int wire, long outer)
    {
        switch (wire)
        {
            case 0: ReadVarint(); break;
            case 1: Seek(Position + 8, outer); break;
            case 2: Seek(ReadEnd(outer), outer); break;
            case 5: Seek(Position + 4, outer); break;
            default: throw Wrong($"wire type {wire} is unknown");
        }
    }

    /// <summary>Goes on at a later place.</summary>
    public void Seek(long target, long outer)
    {
        if (target > outer) throw Wrong("a value reaches beyond what holds it: the file is cut off or corrupt");
        if (target <= bufferStart + filled)
        {
            at = (int)(target - bufferStart);
            return;
        }

        stream.Seek(target, SeekOrigin.Begin);
        (bufferStart, at, filled) = (target, 0, 0);
    }

    /// <summary>The file is not what it should be, and where.</summary>
    public ProblemException Wrong(string what) => new(ProblemKind.InvalidModel, $"The file is not a readable ONNX model: {what} (at byte {Position}).") { Where = "model" };

    private byte ReadByte()
    {
        if (at == filled)
        {
            bufferStart += filled;
            at = 0;
            filled = stream.Read(buffer);
            if (filled == 0) throw Wrong("the file ends in the middle of a value");
        }

        return buffer[at++];
    }
}
