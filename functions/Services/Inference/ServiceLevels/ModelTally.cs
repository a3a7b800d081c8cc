using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Serverless.Services.Inference.ServiceLevels;

/// <summary>How one model's requests went in this instance, by hour until they are stored.</summary>
internal sealed class ModelTally
{
    private readonly ConcurrentDictionary<(int Version, TalliedAs Kind), MinuteTally> current = new();
    private readonly Dictionary<long, Hour> hours = [];
    private readonly Lock gate = new();

    public void Count(int version, TalliedAs kind, int status, TimeSpan took, long minute, long[] bounds)
    {
        var tally = current.TryGetValue((version, kind), out var there) && there.Minute == minute && there.Bounds.AsSpan().SequenceEqual(bounds) ? there : Begin(version, kind, minute, bounds);
        tally.Count(status, took);
    }

    /// <summary>The hours that have changed since they were stored, each with what it is now.</summary>
    public IReadOnlyList<(long Hour, long Sum, string Json)> Changed()
    {
        lock (gate)
            return [.. from hour in hours
                       let sum = hour.Value.Minutes.Sum(minute => minute.Sum)
                       where sum != hour.Value.Stored
                       select (hour.Key, sum, JsonSerializer.Serialize(hour.Value.Minutes.Select(minute => minute.Row()).ToArray(), TallyJson.Default.Int64ArrayArray))];
    }

    /// <summary>What was counted of an hour has been stored.</summary>
    public void Stored(long hour, long sum)
    {
        lock (gate)
            if (hours.TryGetValue(hour, out var there)) there.Stored = sum;
    }

    /// <summary>Forgets hours that are over: those that are stored, and at last those that storage would not take. How many requests these held.</summary>
    public long Forget(long stored, long all)
    {
        lock (gate)
        {
            var lost = 0L;
            foreach (var (hour, there) in hours.ToArray())
            {
                var owed = there.Minutes.Sum(minute => minute.Sum) - there.Stored;
                if (hour >= (owed == 0 ? stored : all)) continue;
                hours.Remove(hour);
                lost += owed;
            }
            return lost;
        }
    }

    // Once a minute and version.
    private MinuteTally Begin(int version, TalliedAs kind, long minute, long[] bounds)
    {
        lock (gate)
        {
            if (current.TryGetValue((version, kind), out var there) && there.Minute == minute && there.Bounds.AsSpan().SequenceEqual(bounds)) return there;
            var begun = new MinuteTally(version, kind, minute, bounds);
            if (!hours.TryGetValue(minute / 60, out var hour)) hours[minute / 60] = hour = new();
            hour.Minutes.Add(begun);
            return current[(version, kind)] = begun;
        }
    }

    private sealed class Hour
    {
        public List<MinuteTally> Minutes { get; } = [];

        public long Stored { get; set; }
    }
}

[JsonSerializable(typeof(long[][]))]
internal sealed partial class TallyJson : JsonSerializerContext;
