using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Serverless.Services.Predictions;

namespace Serverless.Services.Inference.Running;

/// <summary>The ids of a request's rows (<see cref="PredictionId"/>): listed one by one for up to 100 rows, else the request's, whose rows are <c>{id}:{n}</c> from 0.</summary>
internal sealed class PredictionIds
{
    /// <summary>Rows whose ids are listed, at most.</summary>
    public const int LargestList = PredictionId.MaximumListed;

    private const int Digits = 36;
    private const int RowDigits = 5;
    private const int RandomBytes = 10;

    private readonly byte[] random = new byte[RandomBytes * 64];
    private readonly byte[] text = new byte[Digits];
    private int used = int.MaxValue;
    private int rows;
    private bool prepared;

    /// <summary>Makes new ids, from the request's id where that is prepared.</summary>
    public void Make(int count, DateTimeOffset now)
    {
        rows = count;
        if (!prepared) Request = Next(now.ToUnixTimeMilliseconds());
        prepared = false;
        Request.Value.TryFormat(text, out _);
    }

    /// <summary>The request's id before its rows are known.</summary>
    public PredictionId Prepare(DateTimeOffset now)
    {
        prepared = true;
        return Request = Next(now.ToUnixTimeMilliseconds());
    }

    /// <summary>Has the next <see cref="Make"/> keep the request's id: another version answers the same request.</summary>
    public void Keep() => prepared = true;

    /// <summary>Forgets an id that nobody was given.</summary>
    public void Forget() => prepared = false;

    /// <summary>The request's id, which is its first row's.</summary>
    public PredictionId Request { get; private set; }

    /// <summary>How many ids the header lists.</summary>
    public int Listed => rows > LargestList ? 1 : Math.Max(1, rows);

    /// <summary>The length of a header of so many ids.</summary>
    public static int HeaderLength(int listed) => listed * (Digits + 1) - 1;

    /// <summary>Writes the header's text.</summary>
    public void WriteHeader(Span<char> header)
    {
        for (var row = 0; row < Listed; row++)
        {
            var at = header[(row * (Digits + 1))..];
            Encoding.ASCII.GetChars(text, at);
            // The request's own id ends in zeros: only rows after the first differ, in their last digits.
            if (row > 0) row.TryFormat(at[(Digits - RowDigits)..Digits], out _, "x5", CultureInfo.InvariantCulture);
            if (at.Length > Digits) at[Digits] = ',';
        }
    }

    /// <summary>Writes a row's id; tells how many bytes.</summary>
    public int Format(int row, Span<byte> utf8)
    {
        text.CopyTo(utf8);
        if (rows <= LargestList)
        {
            row.TryFormat(utf8[(Digits - RowDigits)..Digits], out _, "x5", CultureInfo.InvariantCulture);
            return Digits;
        }
        utf8[Digits] = (byte)':';
        row.TryFormat(utf8[(Digits + 1)..], out var digits, default, CultureInfo.InvariantCulture);
        return Digits + 1 + digits;
    }

    // A UUIDv7 (RFC 9562, 5.7). The platform's own asks the system for randomness at each; here one question serves many.
    private PredictionId Next(long milliseconds)
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
        return PredictionId.Read(bytes).Request;
    }
}
