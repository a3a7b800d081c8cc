using System.Buffers.Binary;
using System.IO.Hashing;

namespace Serverless.Services.Predictions;

/// <summary>
/// What stands before every block of a fresh blob, so that it can be told where it begins, that it is whole, and whose rows it holds:
/// magic (4 bytes), kind (2), nothing (2), payload length (4), rows (4), the first row's sequence number in its writer (8),
/// the XxHash3 of all that and the payload (8). Little-endian.
/// </summary>
internal readonly record struct Frame(FrameKind Kind, int Length, int Rows, long Sequence)
{
    public const int HeadBytes = 32;
    public const uint Magic = 0x31474C50;

    private const int ChecksumAt = 24;

    /// <summary>Fills in the head of a block whose payload stands behind it.</summary>
    public void Seal(Span<byte> block)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(block, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(block[4..], (ushort)Kind);
        BinaryPrimitives.WriteUInt16LittleEndian(block[6..], 0);
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], Length);
        BinaryPrimitives.WriteInt32LittleEndian(block[12..], Rows);
        BinaryPrimitives.WriteInt64LittleEndian(block[16..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(block[ChecksumAt..], Checksum(block[..(HeadBytes + Length)]));
    }

    /// <summary>Reads a head; says why when no whole block stands here.</summary>
    public static Frame? Open(ReadOnlySpan<byte> bytes, out string? flaw)
    {
        flaw = null;
        if (bytes.Length < HeadBytes) flaw = "it ends within a block's head";
        else if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) flaw = "no block begins here";
        if (flaw is not null) return null;
        var frame = new Frame((FrameKind)BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]));
        if (frame.Length < 0 || frame.Length > bytes.Length - HeadBytes) flaw = "it ends within a block";
        else if (Checksum(bytes[..(HeadBytes + frame.Length)]) != BinaryPrimitives.ReadUInt64LittleEndian(bytes[ChecksumAt..])) flaw = "a block's checksum does not match";
        else if (frame.Kind is not (FrameKind.Schema or FrameKind.Rows)) flaw = "a block's kind is unknown";
        return flaw is null ? frame : null;
    }

    /// <summary>How many bytes the block that seems to begin here has; 0 when none does.</summary>
    public static int Needed(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadBytes) return HeadBytes;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) return 0;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        return length is < 0 or > int.MaxValue - HeadBytes ? 0 : HeadBytes + length;
    }

    /// <summary>Where the next block may begin, for a reader that has lost its place; the end when there is none.</summary>
    public static int Next(ReadOnlySpan<byte> bytes, int from)
    {
        Span<byte> magic = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(magic, Magic);
        var at = bytes[from..].IndexOf(magic);
        return at < 0 ? bytes.Length : from + at;
    }

    private static ulong Checksum(ReadOnlySpan<byte> block)
    {
        var head = XxHash3.HashToUInt64(block[..ChecksumAt]);
        return XxHash3.HashToUInt64(block[HeadBytes..], (long)head);
    }
}

/// <summary>What a block holds. The numbers are stored.</summary>
internal enum FrameKind : ushort
{
    /// <summary>The columns of the blocks that follow, as JSON.</summary>
    Schema = 1,
    /// <summary>Rows, column by column.</summary>
    Rows = 2,
}
