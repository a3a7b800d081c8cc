using System.Text;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>Text as HTML and XML both read it.</summary>
internal static class Encoding
{
    /// <summary>Appends a text. What neither format allows, and what turns the direction of writing around, becomes the replacement character.</summary>
    public static void Append(StringBuilder builder, string? text)
    {
        foreach (var rune in (text ?? "").EnumerateRunes())
            _ = rune.Value switch
            {
                '<' => builder.Append("&lt;"),
                '>' => builder.Append("&gt;"),
                '&' => builder.Append("&amp;"),
                '"' => builder.Append("&quot;"),
                '\'' => builder.Append("&#39;"),
                _ => builder.Append(IsAllowed(rune.Value) ? rune.ToString() : "\uFFFD"),
            };
    }

    private static bool IsAllowed(int value) => value switch
    {
        '\t' or '\n' or '\r' => true,
        < 0x20 or (>= 0x7F and < 0xA0) => false,
        >= 0x202A and <= 0x202E => false,
        >= 0x2066 and <= 0x2069 => false,
        0x200E or 0x200F or 0x2028 or 0x2029 => false,
        _ => (value & 0xFFFE) != 0xFFFE,
    };
}
