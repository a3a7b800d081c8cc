using Serverless.Core.Monitoring;

namespace Serverless.Services.Inference.ServiceLevels;

/// <summary>How requests went, minute by minute.</summary>
public sealed class RequestMinutes
{
    private readonly List<RequestMinute> minutes;

    internal RequestMinutes(List<RequestMinute> minutes) => this.minutes = minutes;

    /// <summary>The versions that answered, or failed to.</summary>
    public IReadOnlyList<int> Versions => [.. minutes.Select(minute => minute.Version).Where(version => version > 0).Distinct().Order()];

    /// <summary>How the requests of a stretch of time went by an objective: of whole minutes, from a time on and before another.</summary>
    /// <param name="slo">The objective. Latency counts only where it was held against the same bound.</param>
    /// <param name="from">From when on.</param>
    /// <param name="to">Until when.</param>
    /// <param name="version">Only those that this version was chosen for, with those that the champion answered for it; null for all as their callers met them. Who named a version is not counted then.</param>
    public LevelCounts Count(SloPolicy slo, DateTimeOffset from, DateTimeOffset to, int? version = null) => minutes
        .Where(minute => minute.Time >= from && minute.Time < to && (version is null ? minute.Kind != TalliedAs.Covered : minute.Version == version && minute.Kind != TalliedAs.Named))
        .Aggregate(new LevelCounts(), (sum, minute) => sum + minute.Count(slo));
}

/// <summary>A row of a minute, as <see cref="MinuteTally.Row"/> writes it.</summary>
internal readonly record struct RequestMinute(DateTimeOffset Time, long[] Row)
{
    private const int Bounds = 5;

    public int Version => (int)Row[0];

    public TalliedAs Kind => (TalliedAs)Row[1];

    public LevelCounts Count(SloPolicy slo)
    {
        if (slo.Kind != SloKind.Latency) return new(Row[3] + Row[4], Row[4]);
        for (var at = Bounds; at + 2 < Row.Length; at += 3)
            if (Row[at] == slo.Within!.Value.Ticks / TimeSpan.TicksPerMicrosecond) return new(Row[at + 1] + Row[at + 2], Row[at + 2]);
        return default;
    }
}
