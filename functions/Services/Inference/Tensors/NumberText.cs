using System.Buffers.Text;

namespace Serverless.Services.Inference.Tensors;

/// <summary>Numbers from JSON text, exactly rounded, faster than the general parser where the digits allow it.</summary>
/// <remarks>
/// W. Clinger, "How to read floating point numbers accurately", 1990: digits below 2^53 and a power of ten up to 22 are
/// both exact doubles, so one division or multiplication rounds correctly.
/// </remarks>
internal static class NumberText
{
    private const ulong LargestExact = 1UL << 53;
    private const int SignificantDigits = 19;

    private static readonly double[] Powers =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>The nearest float; false when the text is beyond its range. The text is a JSON number.</summary>
    public static bool TrySingle(ReadOnlySpan<byte> text, out float value)
    {
        if (TryQuick(text, out var wide) && !IsBetweenSingles(wide))
        {
            value = (float)wide;
            return true;
        }
        return Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && float.IsFinite(value);
    }

    /// <summary>The nearest double; false when the text is beyond its range. The text is a JSON number.</summary>
    public static bool TryDouble(ReadOnlySpan<byte> text, out double value) =>
        TryQuick(text, out value) || (Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && double.IsFinite(value));

    // Rounding twice is wrong only where the double lies half-way between two floats. What the quick way yields is neither
    // subnormal nor infinite as a float: it is 0 or between 1e-22 and 2^53 * 1e22.
    private static bool IsBetweenSingles(double value) => (BitConverter.DoubleToUInt64Bits(value) & 0x1FFF_FFFF) == 0x1000_0000;

    private static bool TryQuick(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        var at = 0;
        var negative = text[0] == '-';
        if (negative) at++;
        ulong digits = 0;
        var count = 0;
        var exponent = 0;
        var fraction = false;
        for (; at < text.Length; at++)
        {
            var digit = (uint)(text[at] - '0');
            if (digit <= 9)
            {
                digits = digits * 10 + digit;
                if (digits != 0 && ++count > SignificantDigits) return false;
                if (fraction) exponent--;
            }
            else if (text[at] == '.') fraction = true;
            else break;
        }
        if (at < text.Length)
        {
            if (!Utf8Parser.TryParse(text[(at + 1)..], out int written, out var used) || at + 1 + used != text.Length) return false;
            if (written is < -1000 or > 1000) return false;
            exponent += written;
        }
        if (digits > LargestExact || exponent is < -22 or > 22) return false;
        var magnitude = exponent < 0 ? digits / Powers[-exponent] : digits * Powers[exponent];
        value = negative ? -magnitude : magnitude;
        return true;
    }
}
