using System.Globalization;

namespace Serverless.Services.Predictions;

/// <summary>
/// A label or an outcome. The text is canonical, so that equal values have equal texts: <c>1</c>, <c>1.0</c> and <c>1e0</c> are <c>1</c>.
/// It is exact for whole numbers of 64 bits; other numbers are the nearest double's shortest text.
/// </summary>
/// <param name="Type">What the caller sent.</param>
/// <param name="Text">The canonical text.</param>
public readonly record struct TruthValue(TruthType Type, string Text)
{
    /// <summary>The longest text, in characters.</summary>
    public const int MaximumLength = 1024;

    // From here on not every whole number is a double.
    private const double WholeDoubles = 1L << 53;

    /// <summary>The number; 1 and 0 for true and false; null for a string.</summary>
    public double? Number => Type switch
    {
        TruthType.String => null,
        TruthType.Number => double.Parse(Text, CultureInfo.InvariantCulture),
        TruthType.Boolean => Text == True ? 1 : 0,
    };

    private const string True = "true";
    private const string False = "false";

    /// <summary>A string.</summary>
    public static TruthValue Of(string text) => new(TruthType.String, text);

    /// <summary>A boolean.</summary>
    public static TruthValue Of(bool value) => new(TruthType.Boolean, value ? True : False);

    /// <summary>A number as JSON writes it; null when it is none, or is too large for a double.</summary>
    public static TruthValue? OfNumber(ReadOnlySpan<char> json)
    {
        if (!IsNumber(json)) return null;
        if (long.TryParse(json, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return Whole(whole);
        var number = double.Parse(json, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(number)) return null;
        return Math.Abs(number) <= WholeDoubles && number == Math.Truncate(number)
            ? Whole((long)number)
            : new(TruthType.Number, number.ToString("R", CultureInfo.InvariantCulture));
    }

    /// <summary>A value as tables write it: what reads as a JSON number or boolean is one, anything else is a string.</summary>
    public static TruthValue OfCell(string cell) => cell is True or False ? new(TruthType.Boolean, cell) : OfNumber(cell) ?? Of(cell);

    /// <summary>An order among values, for ties between times: it does not depend on who came first.</summary>
    internal static int Compare(TruthValue left, TruthValue right) => left.Type != right.Type ? left.Type.CompareTo(right.Type) : string.CompareOrdinal(left.Text, right.Text);

    private static TruthValue Whole(long number) => new(TruthType.Number, number.ToString(CultureInfo.InvariantCulture));

    // No sign but minus, no leading zero (007 is a name, not a number), no infinity.
    private static bool IsNumber(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("-")) text = text[1..];
        if (text.Length == 0 || !char.IsAsciiDigit(text[0]) || !char.IsAsciiDigit(text[^1])) return false;
        if (text.Length > 1 && text[0] == '0' && text[1] is not ('.' or 'e' or 'E')) return false;
        return !text.ContainsAny("xX ,") && double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _)
            && !text.Contains(".e", StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>What a value is. The names are stored, in lower case.</summary>
public enum TruthType
{
    /// <summary>Text.</summary>
    String,
    /// <summary>A number.</summary>
    Number,
    /// <summary>True or false.</summary>
    Boolean,
}
