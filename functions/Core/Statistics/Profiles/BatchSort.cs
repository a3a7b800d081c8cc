using System.Runtime.InteropServices;

namespace Serverless.Core.Statistics;

/// <summary>Sorts a batch that fits the first cache levels: least significant digit first, eight bits a pass, passes where all digits agree left out.</summary>
/// <remarks>Knuth, The Art of Computer Programming 3, 5.2.5.</remarks>
internal static class BatchSort
{
    public static void Sort(Span<double> values, ulong[] keys, ulong[] spare)
    {
        var bits = MemoryMarshal.Cast<double, long>(values);
        Span<int> counts = stackalloc int[8 * 256];
        counts.Clear();
        for (var i = 0; i < bits.Length; i++)
        {
            // Order of the doubles as order of unsigned integers: flip the sign of positives, all of negatives.
            var key = (ulong)(bits[i] ^ (bits[i] >> 63 | long.MinValue));
            keys[i] = key;
            for (var digit = 0; digit < 8; digit++)
                counts[digit * 256 + (int)(key >> 8 * digit & 255)]++;
        }
        for (var digit = 0; digit < 8; digit++)
        {
            var starts = counts.Slice(digit * 256, 256);
            if (starts[(int)(keys[0] >> 8 * digit & 255)] == bits.Length)
                continue;
            var sum = 0;
            foreach (ref var start in starts)
                (start, sum) = (sum, sum + start);
            for (var i = 0; i < bits.Length; i++)
                spare[starts[(int)(keys[i] >> 8 * digit & 255)]++] = keys[i];
            (keys, spare) = (spare, keys);
        }
        for (var i = 0; i < bits.Length; i++)
            bits[i] = (long)keys[i] ^ (~(long)keys[i] >> 63 | long.MinValue);
    }
}
