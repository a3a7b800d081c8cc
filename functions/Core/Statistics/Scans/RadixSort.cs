using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Serverless.Core.Statistics;

/// <summary>Sorts finite numbers in a few passes over their bits, in buffers of the caller; no allocation.</summary>
/// <remarks>
/// Least significant digit first (Knuth, The Art of Computer Programming 3, 5.2.5) on the bits that order numbers as unsigned integers.
/// Of the range that the keys span only the leading digits are taken; what they leave equal is nearly sorted, and insertion ends it.
/// Where that would take long (many different values within a tiny part of a huge range) all digits are taken. −0 sorts before 0.
/// </remarks>
public static class RadixSort
{
    // Three digits: of eight bits where the counts must stay in the first cache beside few values, otherwise of eleven.
    private const int Digits = 3, Small = 1 << 14, MovesAllowed = 8;

    /// <summary>Sorts in ascending order.</summary>
    /// <param name="values">Numbers without NaN.</param>
    /// <param name="scratch">At least as long; overwritten.</param>
    /// <exception cref="ArgumentException">The scratch is too short.</exception>
    public static void Sort(Span<double> values, Span<double> scratch)
    {
        if (scratch.Length < values.Length)
            throw new ArgumentException("The scratch must be as long as the values.", nameof(scratch));
        if (values.Length < 2)
            return;
        var keys = MemoryMarshal.Cast<double, ulong>(values);
        var spare = MemoryMarshal.Cast<double, ulong>(scratch)[..keys.Length];
        ulong low = ulong.MaxValue, high = 0;
        foreach (ref var key in keys)
        {
            key ^= (ulong)((long)key >> 63) | 1ul << 63;
            low = Math.Min(low, key);
            high = Math.Max(high, key);
        }
        var bits = 64 - BitOperations.LeadingZeroCount(high - low);
        var width = keys.Length <= Small ? 8 : 11;
        Pass(keys, spare, low, Math.Max(0, bits - Digits * width), width, Math.Min(bits, Digits * width));
        if (bits > Digits * width && !Insert(keys))
            Pass(keys, spare, low, 0, 11, bits);
        foreach (ref var key in keys)
            key ^= (ulong)(~(long)key >> 63) | 1ul << 63;
    }

    /// <summary>Sorts in ascending order.</summary>
    /// <param name="values">Numbers without NaN.</param>
    /// <param name="scratch">At least as long; overwritten.</param>
    /// <exception cref="ArgumentException">The scratch is too short.</exception>
    public static void Sort(Span<float> values, Span<float> scratch)
    {
        if (scratch.Length < values.Length)
            throw new ArgumentException("The scratch must be as long as the values.", nameof(scratch));
        if (values.Length < 2)
            return;
        var keys = MemoryMarshal.Cast<float, uint>(values);
        var spare = MemoryMarshal.Cast<float, uint>(scratch)[..keys.Length];
        uint low = uint.MaxValue, high = 0;
        foreach (ref var key in keys)
        {
            key ^= (uint)((int)key >> 31) | 1u << 31;
            low = Math.Min(low, key);
            high = Math.Max(high, key);
        }
        Pass(keys, spare, low, 0, keys.Length <= Small ? 8 : 11, 32 - BitOperations.LeadingZeroCount(high - low));
        foreach (ref var key in keys)
            key ^= (uint)(~(int)key >> 31) | 1u << 31;
    }

    /// <summary>Sorts by <paramref name="bits"/> bits from <paramref name="shift"/> on, <paramref name="width"/> a pass; the result stands in the keys.</summary>
    private static void Pass<T>(Span<T> keys, Span<T> spare, T low, int shift, int width, int bits)
        where T : unmanaged, IBinaryInteger<T>
    {
        Span<int> starts = stackalloc int[1 << width];
        var from = keys;
        var to = spare;
        for (var done = 0; done < bits; done += width)
        {
            starts.Clear();
            Count(from, low, shift + done, starts);
            var sum = 0;
            foreach (ref var start in starts)
                (start, sum) = (sum, sum + start);
            Deal(from, to, low, shift + done, starts);
            var dealt = to;
            to = from;
            from = dealt;
        }
        if (from != keys)
            from.CopyTo(keys);
    }

    private static void Count<T>(ReadOnlySpan<T> keys, T low, int shift, Span<int> counts)
        where T : unmanaged, IBinaryInteger<T>
    {
        var mask = T.CreateTruncating(counts.Length - 1);
        ref var first = ref MemoryMarshal.GetReference(counts);
        foreach (var key in keys)
            Unsafe.Add(ref first, nint.CreateTruncating(key - low >>> shift & mask))++;
    }

    private static void Deal<T>(ReadOnlySpan<T> from, Span<T> to, T low, int shift, Span<int> starts)
        where T : unmanaged, IBinaryInteger<T>
    {
        var mask = T.CreateTruncating(starts.Length - 1);
        ref var first = ref MemoryMarshal.GetReference(starts);
        ref var target = ref MemoryMarshal.GetReference(to);
        foreach (var key in from)
            Unsafe.Add(ref target, Unsafe.Add(ref first, nint.CreateTruncating(key - low >>> shift & mask))++) = key;
    }

    /// <summary>Ends a nearly sorted order; false as soon as that takes too many moves.</summary>
    private static bool Insert(Span<ulong> keys)
    {
        var left = (long)MovesAllowed * keys.Length;
        for (var i = 1; i < keys.Length; i++)
        {
            var key = keys[i];
            if (keys[i - 1] <= key)
                continue;
            var at = i;
            for (; at > 0 && keys[at - 1] > key; at--)
                keys[at] = keys[at - 1];
            keys[at] = key;
            if ((left -= i - at) < 0)
                return false;
        }
        return true;
    }
}
