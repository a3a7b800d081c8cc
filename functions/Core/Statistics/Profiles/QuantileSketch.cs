namespace Serverless.Core.Statistics;

/// <summary>A mergeable quantile sketch: exact up to 4,096 values, after that ranks are within 1 % of the count.</summary>
/// <remarks>
/// KLL with k = 1,024 and capacities falling by 2/3 a level (Karnin, Lang, Liberty, FOCS 2016). The standard error of a rank is below 0.3 % of the count,
/// so 1 % holds with probability above 99.9 %. The coin of each compaction comes from a hash of the counts: equal input, equal sketch.
/// </remarks>
public sealed class QuantileSketch
{
    internal const int Exact = 4096;
    private const int K = 1024;
    private readonly List<double[]> _levels = [[]];
    private ulong _compactions;

    /// <summary>The rank error, as a share of the count, that holds with probability above 99.9 %.</summary>
    public double ErrorBound => _levels.Count == 1 ? 0 : 0.01;

    /// <summary>The values taken.</summary>
    public long Count { get; private set; }

    /// <summary>Takes finite values in ascending order.</summary>
    public void AddSorted(ReadOnlySpan<double> sorted)
    {
        Count += sorted.Length;
        _levels[0] = Union(_levels[0], sorted);
        Compress();
    }

    /// <summary>Takes the values of another sketch.</summary>
    public void Merge(QuantileSketch other)
    {
        Count += other.Count;
        _compactions += other._compactions;
        for (var level = 0; level < other._levels.Count; level++)
        {
            if (level == _levels.Count)
                _levels.Add([]);
            _levels[level] = Union(_levels[level], other._levels[level]);
        }
        Compress();
    }

    /// <summary>The smallest kept value with at least a share q of the values at or below it; null when empty.</summary>
    public double? Quantile(double q)
    {
        Require.Within(q, 0, 1, nameof(q));
        if (Count == 0)
            return null;
        var (target, below) = (Math.Max(1, Math.Ceiling(q * Count)), 0L);
        foreach (var (value, weight) in Weighted())
        {
            if ((below += weight) >= target)
                return value;
        }
        return Weighted()[^1].Value;
    }

    /// <summary>The share of values at or below x; null when empty.</summary>
    public double? Rank(double x)
    {
        long below = 0;
        for (var level = 0; level < _levels.Count; level++)
            below += (long)_levels[level].Count(v => v <= x) << level;
        return Count == 0 ? null : (double)below / Count;
    }

    /// <summary>The kept values in order, each standing for so many.</summary>
    public IReadOnlyList<(double Value, long Weight)> Weighted() =>
        [.. _levels.SelectMany((values, level) => values.Select(v => (Value: v, Weight: 1L << level))).OrderBy(v => v.Value)];

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Count);
        writer.Write(_compactions);
        writer.Write((byte)_levels.Count);
        foreach (var level in _levels)
        {
            writer.Write(level.Length);
            foreach (var value in level)
                writer.Write(value);
        }
    }

    internal static QuantileSketch Read(BinaryReader reader)
    {
        var sketch = new QuantileSketch { Count = reader.ReadInt64(), _compactions = reader.ReadUInt64() };
        sketch._levels.Clear();
        for (var levels = reader.ReadByte(); levels > 0; levels--)
            sketch._levels.Add(ProfileFormat.Doubles(reader, Exact));
        var kept = sketch._levels.Select((values, level) => (long)values.Length << level).Sum();
        return kept == sketch.Count && sketch._levels.Count > 0 ? sketch : throw new InvalidDataException("The quantile sketch contradicts its count.");
    }

    private void Compress()
    {
        if (_levels.Count == 1 && Count <= Exact)
            return;
        for (var level = 0; level < _levels.Count; level++)
        {
            if (_levels[level].Length > Math.Max(16, K * Math.Pow(2.0 / 3, _levels.Count - 1 - level)))
                Compact(level);
        }
    }

    /// <summary>Every other value goes up with double weight; which half, a coin says. An odd one stays.</summary>
    private void Compact(int level)
    {
        if (level + 1 == _levels.Count)
            _levels.Add([]);
        var values = _levels[level];
        var coin = RandomStream.Mix((ulong)Count * 31 + ++_compactions);
        var odd = values.Length & 1;
        // The odd one is an end, now the lowest, now the highest: neither tail is favoured.
        var first = odd == 1 && (coin & 2) == 0 ? 1 : 0;
        var up = new double[values.Length / 2];
        for (var i = 0; i < up.Length; i++)
            up[i] = values[first + 2 * i + (int)(coin & 1)];
        _levels[level] = odd == 0 ? [] : [first == 1 ? values[0] : values[^1]];
        _levels[level + 1] = Union(_levels[level + 1], up);
    }

    private static double[] Union(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var union = new double[a.Length + b.Length];
        for (int i = 0, j = 0, k = 0; k < union.Length; k++)
            union[k] = j == b.Length || (i < a.Length && a[i] <= b[j]) ? a[i++] : b[j++];
        return union;
    }
}
