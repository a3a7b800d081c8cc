using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Serverless.Services.Inference.Running;

/// <summary>The ids of a request's rows: one each for up to 100 rows, else the request's, whose rows are <c>{id}:{n}</c> from 0.</summary>
internal sealed class PredictionIds
{
    /// <summary>Rows that have ids of their own, at most.</summary>
    public const int LargestList = 100;

    private const int Digits = 36;
    private const int RandomBytes = 10;

    private readonly Guid[] ids = new Guid[LargestList];
    private readonly byte[] random = new byte[RandomBytes * 2 * LargestList];
    private int used = int.MaxValue;
    private int rows;

    /// <summary>Makes new ids.</summary>
    public void Make(int count, DateTimeOffset now)
    {
        rows = count;
        var milliseconds = now.ToUnixTimeMilliseconds();
        for (var index = 0; index < Listed; index++) ids[index] = Next(milliseconds);
    }

    /// <summary>The request's id: its first row's, or the one that all rows share.</summary>
    public Guid First => ids[0];

    /// <summary>How many ids the header lists.</summary>
    public int Listed => rows > LargestList ? 1 : Math.Max(1, rows);

    /// <summary>The length of a header of so many ids.</summary>
    public static int HeaderLength(int listed) => listed * (Digits + 1) - 1;

    /// <summary>Writes the header's text.</summary>
    public void WriteHeader(Span<char> text)
    {
        for (var index = 0; index < Listed; index++)
        {
            var at = index * (Digits + 1);
            ids[index].TryFormat(text[at..], out _);
            if (at + Digits < text.Length) text[at + Digits] = ',';
        }
    }

    /// <summary>Writes a row's id; tells how many bytes.</summary>
    public int Format(int row, Span<byte> utf8)
    {
        ids[rows > LargestList ? 0 : row].TryFormat(utf8, out var written);
        if (rows <= LargestList) return written;
        utf8[written] = (byte)':';
        row.TryFormat(utf8[(written + 1)..], out var digits, default, CultureInfo.InvariantCulture);
        return written + 1 + digits;
    }

    // A UUIDv7 (RFC 9562, 5.7). The platform's own asks the system for randomness at each; here one question serves many.
    private Guid Next(long milliseconds)
    {
        if (used > random.Length - RandomBytes)
        {
            RandomNumberGenerator.Fill(random);
            used = 0;
        }
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, milliseconds << 16);
        random.AsSpan(used, RandomBytes).CopyTo(bytes[6..]);
        used += RandomBytes;
        bytes[6] = (byte)(0x70 | (bytes[6] & 0x0F));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new(bytes, bigEndian: true);
    }
}
