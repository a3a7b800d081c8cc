using System.Numerics.Tensors;

namespace Serverless.Core.Statistics;

/// <summary>A mergeable summary of a numeric column: hours make days, instances make fleets. Not safe for concurrent writers.</summary>
/// <remarks>
/// Merging is associative and commutative: exactly for counts, extremes and distinct registers, within the stated bounds for quantiles
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
    private HeavyHitters _frequent = new();

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
    public HeavyHitters Frequent => Flushed()._frequent;

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
    public void Merge(ColumnProfile other)
    {
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
        _frequent.Write(writer);
    }

    private static ColumnProfile Read(BinaryReader reader)
    {
        var profile = new ColumnProfile { Missing = reader.ReadInt64(), NotANumber = reader.ReadInt64(), Infinite = reader.ReadInt64() };
        profile._moments = new(reader.ReadInt64(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
        var (low, high) = (reader.ReadDouble(), reader.ReadDouble());
        if (profile._moments.Count > 0)
            profile.Extend(low, high);
        profile._quantiles = QuantileSketch.Read(reader);
        profile._distinct = DistinctSketch.Read(reader);
        profile._frequent = HeavyHitters.Read(reader);
        return profile;
    }

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
        if (runs <= HeavyHitters.Counters)
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
