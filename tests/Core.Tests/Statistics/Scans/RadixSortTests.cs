using FsCheck.Xunit;
using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics;

/// <summary>The radix sort gives what <see cref="Array.Sort(Array)"/> gives, on every shape of data that chooses another way through it.</summary>
public class RadixSortTests
{
    public static TheoryData<string, Func<Random, double>> Shapes => new()
    {
        { "normal", random => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()) },
        { "narrow at a large offset", random => 1e9 + random.NextDouble() * 1e-3 },
        { "any bits", random => BitConverter.UInt64BitsToDouble((ulong)random.NextInt64() ^ (ulong)random.Next(2) << 63) is var x && double.IsNaN(x) ? 0 : x },
        { "denormal", random => random.Next() * double.Epsilon },
        { "a cluster between extremes", random => random.Next(1000) switch { 0 => 1e300, 1 => -1e300, _ => 1 + random.NextDouble() * 1e-9 } },
        { "ties", random => Math.Round(random.NextDouble(), 1) },
        { "two values", random => random.Next(2) },
        { "constant", _ => 0.1 },
        { "both zeros and infinities", random => random.Next(4) switch { 0 => -0.0, 1 => 0.0, 2 => double.PositiveInfinity, _ => double.NegativeInfinity } },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Sort_AnyShape_IsAsTheLibrarySorts(string shape, Func<Random, double> draw)
    {
        var random = new Random(shape.Length);
        foreach (var size in (int[])[0, 1, 2, 3, 100, 4_096, 20_000, 300_000])
        {
            double[] values = [.. Enumerable.Range(0, size).Select(_ => draw(random))];
            float[] narrow = [.. values.Select(value => (float)value)];
            double[] expected = [.. values];
            float[] narrowExpected = [.. narrow];
            Array.Sort(expected);
            Array.Sort(narrowExpected);
            RadixSort.Sort(values, new double[size]);
            RadixSort.Sort(narrow, new float[size]);
            Assert.Equal(expected, values);
            Assert.Equal(narrowExpected, narrow);
        }
    }

    [Property]
    public void Sort_AnyNumbers_IsAsTheLibrarySorts(double[] values)
    {
        double[] sorted = [.. values.Where(value => !double.IsNaN(value))];
        double[] expected = [.. sorted];
        Array.Sort(expected);
        RadixSort.Sort(sorted, new double[sorted.Length + 3]);
        Assert.Equal(expected, sorted);
    }

    [Fact]
    public void Sort_ScratchTooShort_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => RadixSort.Sort(new double[3], new double[2]));
        Assert.Throws<ArgumentException>(() => RadixSort.Sort(new float[3], new float[2]));
    }

    [Fact]
    public void ScanOfOneColumn_WithBuffersOfTheCaller_AllocatesNothing()
    {
        var random = new Random(5);
        double[] reference = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextDouble()).Order()];
        double[] current = new double[20_000], scratch = new double[20_000];
        double[] edges = Bins.QuantileEdges(reference, 10), counts = new double[10];
        // A collection in between counts what was left of a thread's buffer; what a scan allocates it allocates every time.
        Assert.Equal(0, Enumerable.Range(0, 20).Min(_ => Scan()));

        long Scan()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < current.Length; i++)
                current[i] = random.NextDouble();
            RadixSort.Sort(current, scratch);
            Assert.True(SortedPair.Compare<double>(reference, current).Gap > 0);
            Bins.Count(current, edges, counts);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
