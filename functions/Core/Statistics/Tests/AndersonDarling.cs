using MathNet.Numerics;

namespace Serverless.Core.Statistics;

/// <summary>The k-sample Anderson–Darling test: Scholz and Stephens' standardised A². It weighs the tails as much as the middle.</summary>
/// <remarks>
/// Scholz and Stephens, JASA 82 (1987). The p-value is interpolated between their seven critical values and ends at 0.25 and 0.001, as SciPy's;
/// where those ends do not do, ask <see cref="Permutation"/>.
/// </remarks>
public static class AndersonDarling
{
    private static readonly double[] Levels = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];
    private static readonly double[] B0 = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085];
    private static readonly double[] B1 = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615];
    private static readonly double[] B2 = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154];

    /// <summary>Two samples. Null where the statistic is not defined: fewer than four values in all, or all alike. Effect: the statistic without its standardisation, per value.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or a sample is empty.</exception>
    public static TestResult? Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, bool midrank = true) =>
        Statistic([Sample.Sorted(reference, nameof(reference)), Sample.Sorted(current, nameof(current))], midrank) is { } found
            ? new(found.Standard, PValue(found.Standard, 1), reference.Length, current.Length, TestMethod.Asymptotic, Math.Max(0, found.Raw) / (reference.Length + current.Length))
            : null;

    /// <summary>Any number of samples: the standardised statistic with its p-value, or null where it is not defined.</summary>
    public static (double Statistic, double PValue)? Test(IReadOnlyList<double[]> samples, bool midrank) =>
        samples.Count >= 2 && Statistic([.. samples.Select(sample => Sample.Sorted(sample, nameof(samples)))], midrank) is { } found ? (found.Standard, PValue(found.Standard, samples.Count - 1)) : null;

    private static (double Standard, double Raw)? Statistic(double[][] sorted, bool midrank)
    {
        var pooled = Sample.Sorted([.. sorted.SelectMany(sample => sample)], nameof(sorted));
        double all = pooled.Length;
        if (all < 4 || pooled[0] == pooled[^1]) return null;
        var raw = sorted.Sum(sample => Part(sample, pooled, midrank) / sample.Length) * (midrank ? (all - 1) / all : 1);
        return ((raw - (sorted.Length - 1)) / Math.Sqrt(Variance(sorted, all)), raw);
    }

    private static double Part(double[] sample, double[] pooled, bool midrank)
    {
        double all = pooled.Length, n = sample.Length, sum = 0;
        for (int at = 0, own = 0; at < pooled.Length;)
        {
            var (end, before) = (at, own);
            while (end < pooled.Length && pooled[end] == pooled[at]) end++;
            while (own < sample.Length && sample[own] == pooled[at]) own++;
            double tied = end - at, b = midrank ? at + tied / 2 : end, m = midrank ? (before + own) / 2.0 : own;
            // Without midranks the last value, where everything is counted, says nothing.
            if (midrank || end < pooled.Length)
                sum += tied / all * (all * m - b * n) * (all * m - b * n) / (b * (all - b) - (midrank ? all * tied / 4 : 0));
            at = end;
        }
        return sum;
    }

    private static double Variance(double[][] samples, double all)
    {
        double k = samples.Length, sizes = samples.Sum(sample => 1.0 / sample.Length), h = 1, g = 0, partial = 0;
        for (var i = all - 1; i > 1; i--)
        {
            partial += 1 / i;
            g += partial / (all - i + 1);
        }
        h += partial;
        var a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * sizes;
        var b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * sizes - 8 * h + 4 * g - 6;
        var c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * sizes + 4 * h;
        var d = (2 * h + 6) * k * k - 4 * h * k;
        return (a * all * all * all + b * all * all + c * all + d) / ((all - 1) * (all - 2) * (all - 3));
    }

    // A parabola through the logarithms of the levels.
    private static double PValue(double statistic, double freedom)
    {
        double[] critical = [.. B0.Select((b0, at) => b0 + B1[at] / Math.Sqrt(freedom) + B2[at] / freedom)];
        if (statistic < critical[0]) return Levels[0];
        if (statistic > critical[^1]) return Levels[^1];
        var fit = Fit.Polynomial(critical, [.. Levels.Select(level => Math.Log(level))], 2);
        return Math.Exp(fit[0] + statistic * (fit[1] + statistic * fit[2]));
    }
}
