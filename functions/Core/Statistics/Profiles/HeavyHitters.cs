namespace Serverless.Core.Statistics;

/// <summary>The most frequent values: each count is too low by at most <see cref="Error"/>, which is at most n/(counters + 1); exact while there are no more values than counters.</summary>
/// <remarks>Misra and Gries 1982, merged after Agarwal, Cormode, Huang, Phillips, Wei, Yi (Mergeable Summaries, PODS 2012): add, then take the count after the last that is kept off all.</remarks>
public sealed class HeavyHitters<T>(int counters)
    where T : notnull, IComparable<T>
{
    private Dictionary<T, long> _counts = [];

    /// <summary>How many values are told apart.</summary>
    public int Counters => counters;

    /// <summary>How much a count may be too low; a value not listed occurs at most so often.</summary>
    public long Error { get; private set; }

    /// <summary>Values with their counts, most frequent first.</summary>
    public IReadOnlyList<(T Value, long Count)> Top => [.. _counts.Select(c => (c.Key, c.Value)).OrderByDescending(c => c.Value).ThenBy(c => c.Key)];

    /// <summary>Values with their counts, in no order.</summary>
    internal IReadOnlyDictionary<T, long> Counts => _counts;

    /// <summary>Takes one value that occurs so often.</summary>
    internal void Add(T value, long count)
    {
        _counts[value] = _counts.GetValueOrDefault(value) + count;
        // Twice as many may gather before the rarest go, so that going costs little a value.
        if (_counts.Count > 2 * counters)
            Trim();
    }

    /// <summary>Takes the counts of distinct values.</summary>
    internal void Add(ReadOnlySpan<T> values, ReadOnlySpan<int> counts)
    {
        for (var i = 0; i < values.Length; i++)
            _counts[values[i]] = _counts.GetValueOrDefault(values[i]) + counts[i];
        Trim();
    }

    /// <summary>Counts that a batch took off all of its values before it handed over the rest.</summary>
    internal void Forget(long count) => Error += count;

    /// <summary>Takes what another summary counted.</summary>
    public void Merge(HeavyHitters<T> other)
    {
        foreach (var (value, count) in other._counts)
            _counts[value] = _counts.GetValueOrDefault(value) + count;
        Error += other.Error;
        Trim();
    }

    /// <summary>Leaves no more values than counters.</summary>
    internal void Trim()
    {
        if (_counts.Count <= counters)
            return;
        var off = _counts.Values.OrderDescending().ElementAt(counters);
        Error += off;
        _counts = _counts.Where(c => c.Value > off).ToDictionary(c => c.Key, c => c.Value - off);
    }

    internal void Write(BinaryWriter writer, Action<T> value)
    {
        Trim();
        writer.Write(Error);
        writer.Write(_counts.Count);
        foreach (var (label, count) in Top)
        {
            value(label);
            writer.Write(count);
        }
    }

    internal static HeavyHitters<T> Read(BinaryReader reader, int counters, Func<T> value)
    {
        var hitters = new HeavyHitters<T>(counters) { Error = reader.ReadInt64() };
        var left = reader.ReadInt32();
        if (left < 0 || left > counters || hitters.Error < 0)
            throw new InvalidDataException($"{left} frequent values; at most {counters} can be.");
        for (; left > 0; left--)
            hitters._counts[value()] = reader.ReadInt64();
        return hitters._counts.Values.All(c => c > 0) ? hitters : throw new InvalidDataException("A frequent value without a count.");
    }
}
