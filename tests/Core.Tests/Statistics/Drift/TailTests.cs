using Serverless.Core.Statistics;
using static Serverless.Core.Tests.Statistics.Drift.Reference;

namespace Serverless.Core.Tests.Statistics.Drift;

/// <summary>Against tails.py: 60 digits by mpmath, Welch's interval by statsmodels. No p-value is 0 where a double can say more.</summary>
public sealed class TailTests
{
    // 2e-11: at 100,000 degrees and in tails of 1e-300 the exponent itself keeps thirteen digits.
    [Fact]
    public void Tails_FarOut_KeepTheirDigits()
    {
        var item = Cases("tails")[0];
        foreach (var row in item.GetProperty("student").EnumerateArray().Select(Numbers))
            Near(row[2], StudentLaw.TwoSided(row[0], row[1]), $"t = {row[0]}, {row[1]} degrees");
        foreach (var row in item.GetProperty("chi").EnumerateArray().Select(Numbers))
            Near(row[2], ChiSquare.Survival(row[0], row[1]), $"chi-square = {row[0]}, {row[1]} degrees");
        foreach (var row in item.GetProperty("normal").EnumerateArray().Select(Numbers))
            Near(row[1], NormalLaw.TwoSided(row[0]), $"z = {row[0]}");
    }

    // 2e-9, absolute or relative: the reference's means at an offset of a million, and its quantile at one degree, 636.6192494 where tan(0.4995π) is 636.6192488.
    [Fact]
    public void WelchDifference_OfEveryCase_AgreesWithStatsmodels()
    {
        foreach (var item in Cases("tails")[1..])
        {
            var found = WelchT.Difference(Numbers(item.GetProperty("x")), Numbers(item.GetProperty("y")), Value(item.GetProperty("level")))!.Value;
            Metrics.GoldenFile.Close(Value(item.GetProperty("low")), found.Low, 2e-9, "low");
            Metrics.GoldenFile.Close(Value(item.GetProperty("high")), found.High, 2e-9, "high");
        }
        Assert.Equal(-4.5 - Math.Tan(0.4995 * Math.PI) / 2, WelchT.Difference([0, 1], [5, 5], 0.999)!.Value.Low, 1e-10);
    }

    [Fact]
    public void WelchDifference_HoldsZero_ExactlyWhereTheTestDoesNotReject()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            double[] x = [.. Enumerable.Range(0, 5).Select(_ => random.NextDouble())], y = [.. Enumerable.Range(0, 8).Select(_ => random.NextDouble() * 2 - 0.3)];
            Assert.Equal(WelchT.Test(x, y)!.Value.PValue > 0.1, WelchT.Difference(x, y, 0.9)!.Value.Contains(0));
        }
        Assert.Null(WelchT.Difference([1], [2, 3], 0.9));
        Assert.Throws<ArgumentException>(() => WelchT.Difference([1, 2], [2, 3], 1));
    }

    // Constants a hair apart at an enormous distance: t is beyond every double, and p below the smallest.
    [Fact]
    public void Welch_BeyondTheDoubles_IsStillANumber()
    {
        var found = WelchT.Test([1e300, 1e300, 1e300], [0, 1e-300, 0])!.Value;
        Assert.Equal((-1, 0.0), (-Math.Sign(found.Statistic), found.PValue));
        Assert.True(double.IsFinite(found.Statistic) && double.IsFinite(found.Effect));
        Assert.InRange(WelchT.Test([1e100, 1e100], [0, 1])!.Value.PValue, 1e-101, 1e-99);
    }

    // Relative, but for what is told in denormals, which have fewer digits.
    private static void Near(double expected, double found, string what) =>
        Assert.True(Math.Abs(expected - found) <= 2e-11 * expected + 1e-318, $"{what}: expected {expected:R}, found {found:R}");
}
