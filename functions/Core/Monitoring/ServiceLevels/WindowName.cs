using System.Globalization;

namespace Serverless.Core.Monitoring;

/// <summary>Lengths of time as they are called: <c>5m</c>, <c>6h</c>, <c>3d</c>.</summary>
public static class WindowName
{
    /// <summary>Whole minutes, hours or days, whichever is the largest unit.</summary>
    public static string Of(TimeSpan length) => length.Ticks switch
    {
        _ when length.Ticks % TimeSpan.TicksPerDay == 0 => Say($"{length.Days}d"),
        _ when length.Ticks % TimeSpan.TicksPerHour == 0 => Say($"{(long)length.TotalHours}h"),
        _ => Say($"{(long)length.TotalMinutes}m"),
    };

    /// <summary>About how long, in words.</summary>
    internal static string Words(TimeSpan length) => length switch
    {
        { TotalDays: >= 2 } => Say($"{length.TotalDays:0.#} days"),
        { TotalHours: >= 2 } => Say($"{length.TotalHours:0.#} hours"),
        _ => Say($"{length.TotalMinutes:0} minutes"),
    };

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
