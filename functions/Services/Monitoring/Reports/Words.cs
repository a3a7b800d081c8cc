using System.Globalization;
using System.Text;
using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>Figures as people read them.</summary>
internal static class Words
{
    private const double Endless = 1e300;

    /// <summary>Two decimals at most; 0 for what is no number, for a drawing has no place for it.</summary>
    public static string Coordinate(double value) =>
        (double.IsFinite(value) ? Math.Round(Math.Clamp(value, -1e6, 1e6), 2) + 0.0 : 0).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Three or four digits, whatever the size.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        double.NaN => "no number",
        0 => "0",
        >= Endless => value > 0 ? "∞" : "−∞",
        >= 100_000 or < 0.0001 => Power(value),
        >= 1_000 => Signed(value.ToString("#,0", CultureInfo.InvariantCulture)),
        _ => Signed(value.ToString("G4", CultureInfo.InvariantCulture)),
    };

    /// <summary>A count with separators.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A share in per cent.</summary>
    public static string Percent(double share) => Math.Abs(share) switch
    {
        double.NaN => "no number",
        > 10 => $"{Number(Math.Clamp(share, -1e298, 1e298) * 100)} %",
        > 0 and < 0.0001 => "< 0.01 %",
        < 0.1 => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %",
        _ => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %",
    };

    /// <summary>A p-value.</summary>
    public static string Chance(double p) => p switch
    {
        < 1e-300 => "< 10⁻³⁰⁰",
        >= 0.001 => p.ToString("0.###", CultureInfo.InvariantCulture),
        _ => Number(p),
    };

    /// <summary>A time to the minute.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A time, a midnight by its date alone.</summary>
    public static string Day(DateTimeOffset time) => time.UtcDateTime.TimeOfDay == default ? Time(time)[..10] : Time(time);

    /// <summary>A window.</summary>
    public static string Span(TimeWindow window) => $"{Day(window.From)} to {Day(window.To)} UTC";

    /// <summary>A multiple with one decimal.</summary>
    public static string Times(double ratio) => (ratio < 1_000 ? ratio.ToString("0.0", CultureInfo.InvariantCulture) : Number(ratio)) + " ×";

    /// <summary><c>KolmogorovSmirnov</c> as <c>Kolmogorov–Smirnov</c>.</summary>
    public static string Method(string name) => name switch
    {
        "KolmogorovSmirnov" => "Kolmogorov–Smirnov",
        "ChiSquare" => "χ²",
        "JensenShannon" => "Jensen–Shannon",
        _ => Spaced(name),
    };

    /// <summary><c>notFinite</c> as <c>not finite</c>.</summary>
    public static string Spaced(string name)
    {
        var words = new StringBuilder();
        foreach (var letter in name)
            _ = char.IsAsciiLetterUpper(letter) && words.Length > 0 ? words.Append(' ').Append(char.ToLowerInvariant(letter)) : words.Append(letter);
        return words.ToString();
    }

    private static string Signed(string number) => number.Replace('-', '−');

    private static string Power(double value)
    {
        var parts = value.ToString("0.##E+0", CultureInfo.InvariantCulture).Split('E');
        return $"{Signed(parts[0])} × 10{string.Concat(parts[1].TrimStart('+').Select(Raised))}";
    }

    private static char Raised(char digit) => digit == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit - '0'];
}
