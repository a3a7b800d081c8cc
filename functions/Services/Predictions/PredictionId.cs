using System.Buffers.Binary;
using System.Globalization;
using Serverless.Core.Problems;

namespace Serverless.Services.Predictions;

/// <summary>
/// The id of one predicted row: a UUIDv7 whose last 20 bits (5 hexadecimal digits) are the row's number within its request.
/// Row 0 is the request itself; so row ids cost nothing to make, and a row's id tells its request and its time.
/// </summary>
/// <param name="Value">The UUID.</param>
public readonly record struct PredictionId(Guid Value)
{
    /// <summary>Rows that one request may have.</summary>
    public const int MaximumRows = 1 << 20;

    /// <summary>Up to this many rows, a response's header lists each row's id.</summary>
    public const int MaximumListed = 100;

    /// <summary>A new request's id.</summary>
    public static PredictionId Create(TimeProvider clock) => new PredictionId(Guid.CreateVersion7(clock.GetUtcNow())).ForRow(0);

    /// <summary>When it was made, to the millisecond. Decides the partition.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds);

    /// <summary>When it was made, as Unix time.</summary>
    public long Milliseconds
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Write(bytes);
            return (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
        }
    }

    /// <summary>The row's number within its request.</summary>
    public int Row
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Write(bytes);
            return (int)(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) & (MaximumRows - 1));
        }
    }

    /// <summary>The request it came in.</summary>
    public PredictionId Request => ForRow(0);

    /// <summary>The same request's row.</summary>
    public PredictionId ForRow(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, MaximumRows);
        Span<byte> bytes = stackalloc byte[16];
        Write(bytes);
        var low = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) & ~(uint)(MaximumRows - 1);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], low | (uint)row);
        return Read(bytes);
    }

    /// <summary>Parses a row's id as callers send it: the UUID, or the request's UUID, a colon and the row's number.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/></exception>
    public static PredictionId Parse(string? text) => TryParse(text, out var id)
        ? id
        : throw new ProblemException(ProblemKind.InvalidRequest, "A prediction's id is a UUIDv7, or a request's UUIDv7 with a colon and the row's number.") { Where = "id" };

    /// <summary>Parses a row's id as callers send it.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PredictionId id)
    {
        id = default;
        var row = 0;
        var colon = text.IndexOf(':');
        if (colon >= 0 && (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out row) || row >= MaximumRows)) return false;
        if (!Guid.TryParseExact(colon < 0 ? text : text[..colon], "D", out var value) || value.Version != 7) return false;
        id = colon < 0 ? new(value) : new PredictionId(value).ForRow(row);
        return true;
    }

    /// <summary>From the 16 bytes that <see cref="Write"/> gives.</summary>
    public static PredictionId Read(ReadOnlySpan<byte> bytes) => new(new Guid(bytes, bigEndian: true));

    /// <summary>Its 16 bytes, in the order of its text.</summary>
    public void Write(Span<byte> bytes) => Value.TryWriteBytes(bytes, bigEndian: true, out _);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("D");
}
