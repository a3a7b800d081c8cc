using System.Buffers.Binary;

namespace Serverless.Services.Predictions;

/// <summary>Reads the texts of an entry's slot, one after the other.</summary>
internal ref struct TextReader(ReadOnlySpan<byte> slot)
{
    private ReadOnlySpan<byte> rest = slot;

    public readonly bool HasMore => !rest.IsEmpty;

    /// <summary>False for null.</summary>
    public bool Next(out ReadOnlySpan<byte> utf8)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
        utf8 = rest.Slice(4, Math.Max(0, length));
        rest = rest[(4 + Math.Max(0, length))..];
        return length >= 0;
    }
}
