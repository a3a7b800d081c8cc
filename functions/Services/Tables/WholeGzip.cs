using System.Buffers.Binary;
using System.IO.Compression;

namespace Serverless.Services.Tables;

/// <summary>Unpacks a gzip file of one member, and holds the end against what the file's last four bytes say: one that was cut off is not taken for a shorter one, and none unpacks without end.</summary>
/// <remarks>RFC 1952: ISIZE is the length modulo 2³².</remarks>
internal sealed class WholeGzip(FileStream file) : Stream
{
    /// <summary>The most bytes that are unpacked.</summary>
    public const long Largest = 8L << 30;

    private readonly GZipStream unpacked = new(file, CompressionMode.Decompress);
    private readonly uint stated = Stated(file);
    private long read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => read; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var count = unpacked.Read(buffer);
        read += count;
        if (read > Largest) throw new InvalidDataException($"It unpacks to more than {Largest} bytes.");
        if (count == 0 && buffer.Length > 0 && (uint)read != stated) throw new InvalidDataException("The gzip file ends too early, or has more than one member.");
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) unpacked.Dispose();
        base.Dispose(disposing);
    }

    private static uint Stated(FileStream file)
    {
        if (file.Length < 18) throw new InvalidDataException("The gzip file ends too early.");
        Span<byte> end = stackalloc byte[4];
        file.Position = file.Length - end.Length;
        file.ReadExactly(end);
        file.Position = 0;
        return BinaryPrimitives.ReadUInt32LittleEndian(end);
    }
}
