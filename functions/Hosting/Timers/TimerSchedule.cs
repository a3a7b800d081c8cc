using System.Globalization;
using NCrontab;

namespace Serverless.Hosting.Timers;

/// <summary>When a timer is due: NCRONTAB of five or six fields in local time, or a time span.</summary>
internal sealed class TimerSchedule
{
    private static readonly TimeSpan MonitorLimit = TimeSpan.FromMinutes(1);
    private readonly CrontabSchedule? cron;
    private readonly TimeSpan every;

    private TimerSchedule(string text, CrontabSchedule? cron, TimeSpan every) => (Text, this.cron, this.every) = (text, cron, every);

    public string Text { get; }

    public static TimerSchedule Parse(string text, string function)
    {
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var every) && every > TimeSpan.Zero) return new(text, null, every);
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        var cron = fields is 5 or 6 ? CrontabSchedule.TryParse(text, new CrontabSchedule.ParseOptions { IncludingSeconds = fields == 6 }) : null;
        return cron is not null ? new(text, cron, default)
            : throw new InvalidOperationException($"{function}: the schedule '{text}' is neither NCRONTAB (five or six fields) nor a time span.");
    }

    /// <summary>The first time after the given one.</summary>
    public DateTimeOffset Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        if (cron is null) return after + every;
        var local = TimeZoneInfo.ConvertTime(after, zone).DateTime;
        while (true)
        {
            local = cron.GetNextOccurrence(local);
            var next = new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), zone.GetUtcOffset(local));
            // An hour that comes twice in autumn: what was due in the first is not due again in the second.
            if (next > after) return next;
        }
    }

    /// <summary>State is kept only for schedules whose ticks are a minute apart or more.</summary>
    public bool IsMonitorable(DateTimeOffset now)
    {
        if (cron is null) return every >= MonitorLimit;
        var times = cron.GetNextOccurrences(now.UtcDateTime, now.UtcDateTime.AddYears(1)).Take(3).ToArray();
        return times.Length < 2 || !times.Zip(times.Skip(1), (first, second) => second - first).Any(gap => gap < MonitorLimit);
    }
}
