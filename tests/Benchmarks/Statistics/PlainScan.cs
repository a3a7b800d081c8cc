using System.Numerics;

namespace Serverless.Benchmarks.Statistics;

/// <summary>What one writes without thinking of the machine: the library's sort, then a loop for each figure.</summary>
internal static class PlainScan
{
    public static double Of<T>(T[] reference, T[] current, T[] buffer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        current.CopyTo(buffer, 0);
        Array.Sort(buffer);
        return Kolmogorov(reference, buffer) + Wasserstein(reference, buffer) + Stability(reference, buffer) + Quantiles(buffer);
    }

    private static double Kolmogorov<T>(T[] x, T[] y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (i, j, largest) = (0, 0, 0.0);
        while (i < x.Length && j < y.Length)
        {
            var at = T.Min(x[i], y[j]);
            while (i < x.Length && x[i] == at)
                i++;
            while (j < y.Length && y[j] == at)
                j++;
            largest = Math.Max(largest, Math.Abs((double)i / x.Length - (double)j / y.Length));
        }
        return largest;
    }

    private static double Wasserstein<T>(T[] x, T[] y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (i, j, area) = (0, 0, 0.0);
        var last = T.Min(x[0], y[0]);
        while (i < x.Length || j < y.Length)
        {
            var takeX = j == y.Length || i < x.Length && x[i] <= y[j];
            var at = takeX ? x[i] : y[j];
            area += Math.Abs((double)i / x.Length - (double)j / y.Length) * double.CreateTruncating(at - last);
            last = at;
            if (takeX)
                i++;
            else
                j++;
        }
        return area;
    }

    private static double Stability<T>(T[] x, T[] y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (sum, before) = (0.0, 0);
        for (var bin = 1; bin <= 10; bin++)
        {
            var upTo = bin == 10 ? y.Length : Array.BinarySearch(y, x[x.Length / 10 * bin]);
            upTo = upTo < 0 ? ~upTo : upTo;
            double p = 0.1, q = Math.Max(1e-4, (double)(upTo - before) / y.Length);
            sum += (q - p) * Math.Log(q / p);
            before = upTo;
        }
        return sum;
    }

    private static double Quantiles<T>(T[] y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Enumerable.Range(0, 100).Sum(k => double.CreateTruncating(y[y.Length / 100 * k]));
}
