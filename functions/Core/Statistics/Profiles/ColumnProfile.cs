using System.Numerics.Tensors;

namespace Serverless.Core.Statistics;

/// <summary>A mergeable summary of a numeric column: hours make days, instances make fleets. Not safe for concurrent writers.</summary>
/// <remarks>
/// Merging is associative and commutative: exactly for counts, bins, extremes and distinct registers, within the stated bounds for quantiles
/// and frequent values, up to rounding for moments. Values are taken in batches of 4,096, each sorted once; quantiles, distinct and frequent values
/// all come from the sorted batch. −0 counts as 0. Infinite values are counted apart and enter nothing else.
/// </remarks>
public sealed class ColumnProfile
{
    private readonly double[] _batch = new double[QuantileSketch.Exact];
    private double[]? _scratch;
    private int _filled;
    private Moments _moments;
    private QuantileSketch _quantiles = new();
    private DistinctSketch _distinct = new();
    private HeavyHitters<double> _frequent = new(FrequentValues);
    private readonly double[] _edges = [];
    private readonly long[] _bins = [];

    /// <summary>Frequent values that are told apart.</summary>
    public const int FrequentValues = 128;

    private const int MostBins = 1 << 16;

    /// <summary>An empty profile without bins.</summary>
    public ColumnProfile()
    {
    }

    /// <summary>An empty profile that counts finite values in bins, too: bin i holds edge(i−1) &lt; x ≤ edge(i), the outer bins are open.</summary>
    /// <exception cref="ArgumentException">The edges are not finite and ascending.</exception>
    public ColumnProfile(ReadOnlySpan<double> edges)
    {
        Require.Finite(edges, nameof(edges));
        for (var i = 1; i < edges.Length; i++)
        {
            if (!(edges[i - 1] < edges[i]))
                throw new ArgumentException("Edges must ascend.", nameof(edges));
        }
        (_edges, _bins) = (edges.ToArray(), new long[edges.Length + 1]);
    }

    /// <summary>Rows without a value.</summary>
    public long Missing { get; private set; }

    /// <summary>Values that are not a number.</summary>
    public long NotANumber { get; private set; }

    /// <summary>Values that are infinite.</summary>
    public long Infinite { get; private set; }

    /// <summary>The smallest finite value.</summary>
    public double? Minimum { get; private set; }

    /// <summary>The largest finite value.</summary>
    public double? Maximum { get; private set; }

    /// <summary>Count and moments of the finite values.</summary>
    public Moments Moments => Flushed()._moments;

    /// <summary>Quantiles of the finite values.</summary>
    public QuantileSketch Quantiles => Flushed()._quantiles;

    /// <summary>Distinct finite values.</summary>
    public DistinctSketch Distinct => Flushed()._distinct;

    /// <summary>Frequent finite values.</summary>
    public HeavyHitters<double> Frequent => Flushed()._frequent;

    /// <summary>The inner edges of the bins; empty without bins.</summary>
    public ReadOnlySpan<double> Edges => _edges;

    /// <summary>Finite values in each bin, one more than edges; empty without bins.</summary>
    public ReadOnlySpan<long> BinCounts => Flushed()._bins;

    /// <summary>Every row seen.</summary>
    public long Rows => Moments.Count + Missing + NotANumber + Infinite;

    /// <summary>Counts rows without a value.</summary>
    public void AddMissing(long rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        Missing += rows;
    }

    /// <summary>Takes values.</summary>
    public void Add(ReadOnlySpan<double> values)
    {
        while (!values.IsEmpty)
        {
            var part = values[..Math.Min(values.Length, _batch.Length - _filled)];
            if (TensorPrimitives.IsFiniteAll(part))
            {
                part.CopyTo(_batch.AsSpan(_filled));
                _filled += part.Length;
            }
            else
            {
                Sift(part);
            }
            values = values[part.Length..];
            if (_filled == _batch.Length)
                Flush();
        }
    }

    /// <summary>Takes values.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        Span<double> wide = stackalloc double[512];
        for (; !values.IsEmpty; values = values[Math.Min(values.Length, wide.Length)..])
        {
            var part = values[..Math.Min(values.Length, wide.Length)];
            TensorPrimitives.ConvertTruncating(part, wide);
            Add(wide[..part.Length]);
        }
    }

    /// <summary>Takes what another profile has seen; the other stays as it is.</summary>
    /// <exception cref="ArgumentException">The other's bins are others.</exception>
    public void Merge(ColumnProfile other)
    {
        if (!_edges.AsSpan().SequenceEqual(other._edges) || _bins.Length != other._bins.Length)
            throw new ArgumentException("Profiles merge only when they have the same bins.", nameof(other));
        Flush();
        other.Flush();
        Missing += other.Missing;
        NotANumber += other.NotANumber;
        Infinite += other.Infinite;
        Extend(other.Minimum, other.Maximum);
        _moments = _moments.Merge(other._moments);
        _quantiles.Merge(other._quantiles);
        _distinct.Merge(other._distinct);
        _frequent.Merge(other._frequent);
        TensorPrimitives.Add(_bins, other._bins, _bins);
    }

    /// <summary>The profile as bytes; the first is the format's version.</summary>
    public byte[] ToBytes() => ProfileFormat.Write(Flushed().Write);

    /// <summary>A profile from its bytes.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged, cut, or of another version.</exception>
    public static ColumnProfile FromBytes(ReadOnlySpan<byte> bytes) => ProfileFormat.Read(bytes, Read);

    private void Write(BinaryWriter writer)
    {
        foreach (var count in (ReadOnlySpan<long>)[Missing, NotANumber, Infinite, _moments.Count])
            writer.Write(count);
        foreach (var value in (ReadOnlySpan<double>)[_moments.Mean, _moments.Second, _moments.Third, _moments.Fourth, Minimum ?? 0, Maximum ?? 0])
            writer.Write(value);
        _quantiles.Write(writer);
        _distinct.Write(writer);
        _frequent.Write(writer, writer.Write);
        writer.Write(_bins.Length);
        foreach (var edge in _edges)
            writer.Write(edge);
        foreach (var count in _bins)
            writer.Write(count);
    }

    private static ColumnProfile Read(BinaryReader reader)
    {
        var (missing, notANumber, infinite) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
        Moments moments = new(reader.ReadInt64(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
        var (low, high) = (reader.ReadDouble(), reader.ReadDouble());
        var (quantiles, distinct, frequent) = (QuantileSketch.Read(reader), DistinctSketch.Read(reader), HeavyHitters<double>.Read(reader, FrequentValues, reader.ReadDouble));
        var profile = ReadBins(reader);
        (profile.Missing, profile.NotANumber, profile.Infinite) = (missing, notANumber, infinite);
        (profile._moments, profile._quantiles, profile._distinct, profile._frequent) = (moments, quantiles, distinct, frequent);
        if (moments.Count > 0)
            profile.Extend(low, high);
        return profile.Sum() == moments.Count ? profile : throw new InvalidDataException("The bins contradict the count.");
    }

    private static ColumnProfile ReadBins(BinaryReader reader)
    {
        var bins = reader.ReadInt32();
        if (bins is < 0 or > MostBins)
            throw new InvalidDataException($"{bins} bins; at most {MostBins} can be.");
        if (bins == 0)
            return new();
        var edges = new double[bins - 1];
        foreach (ref var edge in edges.AsSpan())
            edge = reader.ReadDouble();
        var profile = edges.All(double.IsFinite) && edges.Zip(edges.Skip(1)).All(pair => pair.First < pair.Second)
            ? new ColumnProfile(edges) : throw new InvalidDataException("The bins' edges do not ascend.");
        foreach (ref var count in profile._bins.AsSpan())
            count = reader.ReadInt64();
        return profile;
    }

    private long Sum() => _bins.Length == 0 ? _moments.Count : TensorPrimitives.Sum<long>(_bins);

    private ColumnProfile Flushed()
    {
        Flush();
        return this;
    }

    private void Sift(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (double.IsFinite(value))
                _batch[_filled++] = value;
            else if (double.IsNaN(value))
                NotANumber++;
            else
                Infinite++;
        }
    }

    private void Flush()
    {
        if (_filled == 0)
            return;
        var batch = _batch.AsSpan(0, _filled);
        _filled = 0;
        // x + 0 makes −0 into 0, so that the two are one value.
        TensorPrimitives.Add(batch, 0.0, batch);
        _moments = _moments.Merge(Moments.Of(batch));
        RadixSort.Sort(batch, _scratch ??= new double[_batch.Length]);
        Extend(batch[0], batch[^1]);
        _quantiles.AddSorted(batch);
        CountRuns(batch);
        if (_bins.Length > 0)
            Histogram.Count<double>(batch, _edges, _bins);
    }

    /// <summary>Each run of equal values is one distinct value with a count. Above 128 runs the Misra–Gries step takes at least 1 off every count, so single values need not be handed on.</summary>
    private void CountRuns(ReadOnlySpan<double> sorted)
    {
        Span<double> values = stackalloc double[sorted.Length];
        Span<int> counts = stackalloc int[sorted.Length];
        var runs = 0;
        for (int start = 0, end; start < sorted.Length; start = end, runs++)
        {
            var value = sorted[start];
            for (end = start + 1; end < sorted.Length && sorted[end] == value; end++) ;
            values[runs] = value;
            counts[runs] = end - start;
            _distinct.Add(RandomStream.Mix(BitConverter.DoubleToUInt64Bits(value) + 0x9E3779B97F4A7C15));
        }
        if (runs <= FrequentValues)
        {
            _frequent.Add(values[..runs], counts[..runs]);
            return;
        }
        var kept = 0;
        for (var i = 0; i < runs; i++)
        {
            if (counts[i] > 1)
                (values[kept], counts[kept++]) = (values[i], counts[i] - 1);
        }
        _frequent.Forget(1);
        _frequent.Add(values[..kept], counts[..kept]);
    }

    private void Extend(double? low, double? high)
    {
        Minimum = low is { } l && !(Minimum <= l) ? l : Minimum;
        Maximum = high is { } h && !(Maximum >= h) ? h : Maximum;
    }
}
