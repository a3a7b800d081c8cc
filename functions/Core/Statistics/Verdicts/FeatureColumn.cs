using System.Numerics.Tensors;

namespace Serverless.Core.Statistics;

/// <summary>One side of a comparison, prepared once: sorted numbers, or counts of labels. Missing values, NaN and infinities are counted and left out.</summary>
/// <remarks>Disposing gives rented memory back; a column that is not disposed leaves it to the garbage collector.</remarks>
public sealed class FeatureColumn : IDisposable
{
    private ReadOnlyMemory<double> _sorted;
    private double[]? _rented;
    private readonly Lazy<double> _deviation;

    private FeatureColumn(ReadOnlyMemory<double> sorted, IReadOnlyDictionary<string, long>? labels, long size, long missing)
    {
        (_sorted, Labels, Size, Missing) = (sorted, labels, size, missing);
        _deviation = new(() => Size == 0 ? 0 : Math.Sqrt(Sample.SquaresAround(Sorted, Sample.Mean(Sorted)) / Size));
    }

    /// <summary>Values that are there.</summary>
    public long Size { get; }

    /// <summary>Values that are not: missing, NaN or infinite.</summary>
    public long Missing { get; }

    /// <summary>How often each label occurs, without labels that do not; null for numbers.</summary>
    public IReadOnlyDictionary<string, long>? Labels { get; }

    /// <summary>The numbers in ascending order; empty for labels.</summary>
    public ReadOnlySpan<double> Sorted => _sorted.Span;

    /// <summary>The numbers' standard deviation in its population form, in their unit; 0 for labels.</summary>
    public double Deviation => _deviation.Value;

    /// <summary>Whether there is exactly one value.</summary>
    public bool IsConstant => Labels is null ? Size > 0 && Sorted[0] == Sorted[^1] : Labels.Count == 1;

    /// <summary>From numbers in any order.</summary>
    public static FeatureColumn OfNumbers(ReadOnlySpan<double> values) => OfNumbers(values, new double[values.Length]);

    /// <summary>From numbers in any order in memory that was rented for them, which becomes the column's: dispose it when done with it.</summary>
    public static FeatureColumn OfRentedNumbers(double[] rented, int count)
    {
        var column = OfNumbers(rented.AsSpan(0, count), rented);
        column._rented = rented;
        return column;
    }

    /// <summary>From numbers that are sorted and finite, in memory that was rented for them: dispose it when done with it.</summary>
    /// <exception cref="ArgumentException">An end is not finite.</exception>
    public static FeatureColumn OfRented(double[] rented, int count, long missing)
    {
        var column = OfSorted(rented.AsMemory(0, count), missing);
        column._rented = rented;
        return column;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _rented, null) is not { } rented)
            return;
        _sorted = default;
        ColumnMemory.Return(rented);
    }

    private static FeatureColumn OfNumbers(ReadOnlySpan<double> values, double[] kept)
    {
        var count = 0;
        foreach (var value in values)
        {
            kept[count] = value;
            count += double.IsFinite(value) ? 1 : 0;
        }
        var finite = kept.AsSpan(0, count);
        TensorPrimitives.Add(finite, 0.0, finite); // −0 becomes 0: they are one value
        var scratch = ColumnMemory.Rent<double>(count);
        RadixSort.Sort(finite, scratch);
        ColumnMemory.Return(scratch);
        return new(kept.AsMemory(0, count), null, count, values.Length - count);
    }

    /// <summary>From numbers that are sorted and finite; they are not copied and must not change.</summary>
    /// <exception cref="ArgumentException">An end is not finite.</exception>
    public static FeatureColumn OfSorted(ReadOnlyMemory<double> sorted, long missing)
    {
        if (!sorted.IsEmpty)
            Require.Finite([sorted.Span[0], sorted.Span[^1]], nameof(sorted));
        return new(sorted, null, sorted.Length, missing);
    }

    /// <summary>From counts of labels.</summary>
    /// <exception cref="ArgumentException">A count is negative.</exception>
    public static FeatureColumn OfCounts(IEnumerable<KeyValuePair<string, long>> counts, long missing)
    {
        var labels = counts.Where(c => c.Value != 0).ToDictionary(StringComparer.Ordinal);
        if (labels.Values.Any(count => count < 0))
            throw new ArgumentException("A count must not be negative.", nameof(counts));
        return new(default, labels, labels.Values.Sum(), missing);
    }

    /// <summary>From labels in any order; null is missing.</summary>
    public static FeatureColumn OfLabels(IEnumerable<string?> values)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var missing = 0L;
        foreach (var value in values)
        {
            if (value is null)
                missing++;
            else
                counts[value] = counts.GetValueOrDefault(value) + 1;
        }
        return OfCounts(counts, missing);
    }
}
