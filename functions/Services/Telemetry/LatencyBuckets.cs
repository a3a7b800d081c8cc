namespace Serverless.Services.Telemetry;

/// <summary>The ranges of durations, from a small model's tenth of a millisecond to a time-out's ten seconds. From 5 ms on they are those of Prometheus' own clients.</summary>
public static class LatencyBuckets
{
    /// <summary>The ranges' upper ends, in seconds.</summary>
    public static IReadOnlyList<double> Seconds { get; } = [.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    private static readonly long[] Ticks = [.. Seconds.Select(bound => (long)Math.Round(bound * TimeSpan.TicksPerSecond))];

    /// <summary>How many ranges there are, the open one included.</summary>
    public static int Count => Ticks.Length + 1;

    /// <summary>The range that a duration is in.</summary>
    public static int Of(TimeSpan duration)
    {
        var bounds = Ticks;
        var index = 0;
        while (index < bounds.Length && duration.Ticks > bounds[index]) index++;
        return index;
    }
}
