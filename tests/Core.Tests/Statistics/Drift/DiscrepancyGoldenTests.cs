using Serverless.Core.Statistics;
using Serverless.Core.Tests.Statistics.Metrics;

namespace Serverless.Core.Tests.Statistics.Drift;

/// <summary>Against mmd.py: double sums over all pairs with 40 digits, and the p-value of every deal.</summary>
public sealed class DiscrepancyGoldenTests
{
    private const int Replicates = 20_000;

    // 1e-12: means of kernel values of at most 1. The drawn p is a mean of 20,000: Hoeffding's e^(−2·20,000·0.02²)·2 is below 1e-6.
    [Fact]
    public void Discrepancy_OfEveryCase_IsWhatTheDefinitionSays()
    {
        foreach (var c in GoldenFile.Cases("mmd"))
        {
            double[] x = Flat(c.GetProperty("x")), y = Flat(c.GetProperty("y"));
            var dimensions = c.GetProperty("x")[0].GetArrayLength();
            double? sigma = c.GetProperty("sigma").ValueKind == System.Text.Json.JsonValueKind.Null ? null : c.GetProperty("sigma").GetDouble();
            var found = MaximumMeanDiscrepancy.Test(x, y, dimensions, sigma, new(Replicates, 5, 0.95, -1));
            Assert.Equal(c.GetProperty("unbiased").Number(), found.Statistic, 1e-12);
            // A root: near 0 only half of the digits.
            Assert.Equal(c.GetProperty("biased").Number(), found.Effect * found.Effect, 1e-12);
            Assert.Equal(c.GetProperty("p").Number(), found.PValue, 0.02);
        }
    }

    // More rows than a block of the kernel holds (1,024 of 2,048 vectors), against plain double sums; 1e-12 as above.
    [Fact]
    public void Discrepancy_OfManyVectors_IsThatOfPlainSums()
    {
        var random = new Random(4);
        double[] x = [.. Enumerable.Range(0, 900).Select(_ => random.NextDouble())], y = [.. Enumerable.Range(0, 1300).Select(_ => random.NextDouble() * 1.1)];
        var expected = Off(x) + Off(y) - 2 * x.Sum(a => y.Sum(b => Kernel(a, b))) / ((double)x.Length * y.Length);
        Assert.Equal(expected, MaximumMeanDiscrepancy.Test(x, y, 1, 0.3, new(1, 1, 0.95, -1)).Statistic, 1e-12);

        static double Off(double[] side) => (side.Sum(a => side.Sum(b => Kernel(a, b))) - side.Length) / ((double)side.Length * (side.Length - 1));
        static double Kernel(double a, double b) => Math.Exp(-(a - b) * (a - b) / 0.18);
    }

    private static double[] Flat(Golden rows) => [.. rows.EnumerateArray().SelectMany(GoldenFile.Numbers)];
}
