using System.Globalization;

namespace Serverless.Core.Monitoring;

/// <summary>Numbers as people read them: three digits, shares in per cent, no locale.</summary>
internal static class Figures
{
    public static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    public static string Number(double value) => value switch
    {
        0 => "0",
        _ when Math.Abs(value) is >= 0.001 and < 100_000 => value.ToString(Math.Abs(value) >= 1_000 ? "#,0" : "G4", CultureInfo.InvariantCulture),
        _ => value.ToString("G3", CultureInfo.InvariantCulture),
    };

    public static string Percent(double share) => share switch
    {
        0 => "0 %",
        < 0.0001 => "under 0.01 %",
        _ => (share * 100).ToString(share < 0.1 ? "0.##" : "0.#", CultureInfo.InvariantCulture) + " %",
    };
}
