namespace Serverless.Core.Statistics;

/// <summary>A bucket of the window: how many values, their sum, their squared deviations from their mean.</summary>
public readonly record struct AdwinBucket(long Count, double Sum, double Deviations);

/// <summary>What the detector remembers: its buckets, oldest first. Serialise it as it is.</summary>
public sealed record AdwinState(IReadOnlyList<AdwinBucket> Buckets)
{
    /// <summary>Nothing seen.</summary>
    public static AdwinState Empty { get; } = new([]);

    /// <summary>The length of the window.</summary>
    public long Count => Buckets.Sum(b => b.Count);

    /// <summary>The mean of the window; null when empty.</summary>
    public double? Mean => BinaryConfusion.Ratio(Buckets.Sum(b => b.Sum), Count);
}

/// <summary>The confidence of each cut, and how many buckets of one size are kept.</summary>
public sealed record AdwinLimits(double Delta, int PerSize)
{
    /// <summary>The authors': δ = 0.002, five buckets.</summary>
    public static AdwinLimits Default { get; } = new(0.002, 5);
}

/// <summary>ADWIN2: a window that drops its oldest buckets as long as some cut parts it into two of different mean.</summary>
/// <remarks>
/// Cut when |μ₀ − μ₁| &gt; √(2/m·σ²·ln(2/δ′)) + 2/(3m)·ln(2/δ′), 1/m = 1/n₀ + 1/n₁, δ′ = δ/ln n.
/// Bifet and Gavaldà, SIAM Data Mining 2007. Checked after every observation, for values in [0, 1]; memory is O(log n).
/// </remarks>
public static class Adwin
{
    /// <summary>Takes all observations; the alarm is the first at which the window was cut. Goes on with the shortened window.</summary>
    public static Signal Observe(ref AdwinState state, ReadOnlySpan<double> values, AdwinLimits limits)
    {
        Require.Finite(values, nameof(values));
        var buckets = state.Buckets.ToList();
        int? alarm = null;
        for (var i = 0; i < values.Length; i++)
        {
            buckets.Add(new(1, values[i], 0));
            Compress(buckets, limits.PerSize);
            while (HasCut(buckets, limits.Delta))
            {
                buckets.RemoveAt(0);
                alarm ??= i;
            }
        }
        state = new(buckets);
        return new(alarm, null);
    }

    /// <summary>One bucket too many of a size: its two oldest become one of twice the size.</summary>
    private static void Compress(List<AdwinBucket> buckets, int most)
    {
        for (int end = buckets.Count, start; end > 0; end = start)
        {
            for (start = end - 1; start > 0 && buckets[start - 1].Count == buckets[end - 1].Count; start--) ;
            if (end - start <= most)
                return;
            buckets[start] = Join(buckets[start], buckets[start + 1]);
            buckets.RemoveAt(start + 1);
            start++;
        }
    }

    private static bool HasCut(List<AdwinBucket> buckets, double delta)
    {
        var all = buckets.Aggregate(Join);
        var log = Math.Log(2 * Math.Log(Math.Max(all.Count, 3)) / delta);
        var (count, sum, variance) = (0L, 0.0, all.Deviations / all.Count);
        for (var i = 0; i < buckets.Count - 1; i++)
        {
            count += buckets[i].Count;
            sum += buckets[i].Sum;
            var inverse = 1.0 / count + 1.0 / (all.Count - count);
            if (Math.Abs(sum / count - (all.Sum - sum) / (all.Count - count)) > Math.Sqrt(2 * inverse * variance * log) + 2 * inverse * log / 3)
                return true;
        }
        return false;
    }

    private static AdwinBucket Join(AdwinBucket a, AdwinBucket b)
    {
        var gap = a.Sum / a.Count - b.Sum / b.Count;
        return new(a.Count + b.Count, a.Sum + b.Sum, a.Deviations + b.Deviations + gap * gap * a.Count * b.Count / (a.Count + b.Count));
    }
}
