using System.Numerics;
using System.Runtime.InteropServices;

namespace Serverless.Core.Statistics;

/// <summary>Counts values in any order between edges: bin i holds edge(i−1) &lt; x ≤ edge(i), the outer bins are open. NaN is in no bin. No allocation.</summary>
public static class Histogram
{
    /// <summary>Up to so many edges each value is compared with all of them, many values at a time; beyond it each searches its bin.</summary>
    public const int Compared = 96;

    // Edges whose counts stay in registers, and values that stay in the first cache while they pass by them.
    private const int Together = 4, Chunk = 2048;

    /// <summary>Adds to the counts of the bins.</summary>
    /// <param name="values">In any order.</param>
    /// <param name="edges">Ascending.</param>
    /// <param name="counts">One more than edges; added to.</param>
    /// <exception cref="ArgumentException">The counts are not one more than the edges.</exception>
    public static void Count<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> edges, Span<long> counts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require.SameLength(edges.Length + 1, counts.Length, nameof(counts));
        if (edges.Length <= Compared && Vector.IsHardwareAccelerated)
            Compare(values, edges, counts);
        else
            Search(values, edges, counts);
    }

    private static void Compare<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> edges, Span<long> counts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Cumulative: at or below each edge, and at the end all that are numbers, which are at or below infinity.
        Span<T> bounds = stackalloc T[(edges.Length + Together) / Together * Together];
        Span<long> below = stackalloc long[bounds.Length];
        bounds.Fill(T.PositiveInfinity);
        below.Clear();
        edges.CopyTo(bounds);
        for (var rest = values; !rest.IsEmpty; rest = rest[Math.Min(Chunk, rest.Length)..])
        {
            var chunk = rest[..Math.Min(Chunk, rest.Length)];
            for (var at = 0; at < bounds.Length; at += Together)
                AtOrBelow(chunk, bounds[at..], below[at..]);
        }
        for (var bin = 0; bin < counts.Length; bin++)
            counts[bin] += below[bin] - (bin == 0 ? 0 : below[bin - 1]);
    }

    private static void AtOrBelow<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> bounds, Span<long> below)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> a = new(bounds[0]), b = new(bounds[1]), c = new(bounds[2]), d = new(bounds[3]);
        Vector<T> inA = default, inB = default, inC = default, inD = default;
        var one = Vector<T>.One;
        var vectors = MemoryMarshal.Cast<T, Vector<T>>(values);
        foreach (var vector in vectors)
        {
            inA += Vector.LessThanOrEqual(vector, a) & one;
            inB += Vector.LessThanOrEqual(vector, b) & one;
            inC += Vector.LessThanOrEqual(vector, c) & one;
            inD += Vector.LessThanOrEqual(vector, d) & one;
        }
        below[0] += long.CreateTruncating(Vector.Sum(inA));
        below[1] += long.CreateTruncating(Vector.Sum(inB));
        below[2] += long.CreateTruncating(Vector.Sum(inC));
        below[3] += long.CreateTruncating(Vector.Sum(inD));
        foreach (var value in values[(vectors.Length * Vector<T>.Count)..])
        {
            for (var i = 0; i < Together; i++)
                below[i] += value <= bounds[i] ? 1 : 0;
        }
    }

    private static void Search<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> edges, Span<long> counts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (var value in values)
        {
            if (T.IsNaN(value))
                continue;
            int low = 0, high = edges.Length;
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                var above = edges[middle] < value;
                low = above ? middle + 1 : low;
                high = above ? high : middle;
            }
            counts[low]++;
        }
    }
}
