namespace Serverless.Core.Statistics;

/// <summary>The most frequent values: each count is too low by at most <see cref="Error"/>, which is at most n/129.</summary>
/// <remarks>Misra and Gries 1982 with 128 counters, merged after Agarwal, Cormode, Huang, Phillips, Wei, Yi (Mergeable Summaries, PODS 2012): add, then take the 129th count off all.</remarks>
public sealed class HeavyHitters
{
    internal const int Counters = 128;
    private Dictionary<double, long> _counts = [];

    /// <summary>How much a count may be too low; a value not listed occurs at most so often.</summary>
    public long Error { get; private set; }

    /// <summary>Values with their counts, most frequent first.</summary>
    public IReadOnlyList<(double Value, long Count)> Top => [.. _counts.Select(c => (c.Key, c.Value)).OrderByDescending(c => c.Value).ThenBy(c => c.Key)];

    /// <summary>Takes the counts of distinct values.</summary>
    internal void Add(ReadOnlySpan<double> values, ReadOnlySpan<int> counts)
    {
        for (var i = 0; i < values.Length; i++)
            _counts[values[i]] = _counts.GetValueOrDefault(values[i]) + counts[i];
        Trim();
    }

    /// <summary>Counts that a batch took off all of its values before it handed over the rest.</summary>
    internal void Forget(long count) => Error += count;

    /// <summary>Takes what another summary counted.</summary>
    public void Merge(HeavyHitters other)
    {
        foreach (var (value, count) in other._counts)
            _counts[value] = _counts.GetValueOrDefault(value) + count;
        Error += other.Error;
        Trim();
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Error);
        writer.Write((byte)_counts.Count);
        foreach (var (value, count) in Top)
        {
            writer.Write(value);
            writer.Write(count);
        }
    }

    internal static HeavyHitters Read(BinaryReader reader)
    {
        var hitters = new HeavyHitters { Error = reader.ReadInt64() };
        for (var left = reader.ReadByte(); left > 0; left--)
            hitters._counts[reader.ReadDouble()] = reader.ReadInt64();
        return hitters._counts.Values.All(c => c > 0) ? hitters : throw new InvalidDataException("A frequent value without a count.");
    }

    private void Trim()
    {
        if (_counts.Count <= Counters)
            return;
        var off = _counts.Values.OrderDescending().ElementAt(Counters);
        Error += off;
        _counts = _counts.Where(c => c.Value > off).ToDictionary(c => c.Key, c => c.Value - off);
    }
}
