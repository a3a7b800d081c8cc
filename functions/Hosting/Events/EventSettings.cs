using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Serverless.Hosting.Events;

/// <summary>How the local topic retries: Event Grid's own schedule unless settings say otherwise.</summary>
internal sealed record EventSettings(IReadOnlyList<TimeSpan> Schedule, int MaxAttempts, TimeSpan TimeToLive)
{
    private const string EventGridSchedule = "00:00:10;00:00:30;00:01:00;00:05:00;00:10:00;00:30:00;01:00:00;03:00:00;06:00:00;12:00:00";
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static EventSettings From(IConfiguration settings)
    {
        var section = settings.GetSection("FunctionsHost:EventGrid");
        return new EventSettings(
            [.. (section["RetrySchedule"] ?? EventGridSchedule).Split(';').Select(text => TimeSpan.Parse(text, CultureInfo.InvariantCulture))],
            section.GetValue("MaxDeliveryAttempts", 30),
            section.GetValue("EventTimeToLive", Day));
    }

    /// <summary>The time between the given attempt, counted from 1, and the next; null when there is none.</summary>
    public TimeSpan? DelayAfter(long attempt, TimeSpan age)
    {
        if (attempt >= MaxAttempts) return null;
        var delay = Schedule[(int)Math.Min(attempt, Schedule.Count) - 1];
        return age + delay > TimeToLive ? null : delay;
    }
}
