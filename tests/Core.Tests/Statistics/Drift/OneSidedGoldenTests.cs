using Serverless.Core.Statistics;
using Serverless.Core.Tests.Statistics.Metrics;
using static Serverless.Core.Tests.Statistics.Drift.Reference;

namespace Serverless.Core.Tests.Statistics.Drift;

/// <summary>What SciPy 1.10.1 and statsmodels 0.13.5 say of one side.</summary>
public sealed class OneSidedGoldenTests
{
    private static readonly (string Name, Alternative Alternative)[] Sides = [("less", Alternative.Less), ("greater", Alternative.Greater)];

    // 1e-9: the reference multiplies thousands of factors in its own order.
    [Fact]
    public void KolmogorovSmirnov_OfEachSide_AgreesWithSciPy()
    {
        foreach (var (name, x, y, item) in Pairs("ks_2samp"))
            foreach (var (side, alternative) in Sides)
                foreach (var method in (string[])["exact", "asymp", "auto"])
                {
                    var expected = item.GetProperty("expected").GetProperty($"{side}|{method}");
                    // Where the reference's own count of paths overflowed it fell back to the limit.
                    var limit = method == "asymp" || expected.TryGetProperty("warnings", out _);
                    var found = limit ? OneSidedKolmogorovSmirnov.Asymptotic(x, y, alternative) : OneSidedKolmogorovSmirnov.Test(x, y, alternative);
                    Close(Value(expected.GetProperty("statistic")), found.Statistic, 1e-13, $"{name} {side}");
                    Close(Value(expected.GetProperty("pvalue")), found.PValue, 1e-9, $"{name} {side} {method} p");
                    AtItsPlace(expected, x, y);
                }
    }

    // The two-sided statistic is the larger of both sides', at the place and with the sign that the reference names.
    [Fact]
    public void KolmogorovSmirnov_TwoSided_IsTheLargerSide()
    {
        foreach (var (_, x, y, item) in Pairs("ks_2samp"))
            foreach (var method in (string[])["exact", "asymp", "auto"])
            {
                var expected = item.GetProperty("expected").GetProperty($"two-sided|{method}");
                double less = OneSidedKolmogorovSmirnov.Test(x, y, Alternative.Less).Statistic, greater = OneSidedKolmogorovSmirnov.Test(x, y, Alternative.Greater).Statistic;
                Assert.Equal(Value(expected.GetProperty("statistic")), Math.Max(less, greater), 1e-13);
                if (method != "asymp") Close(Value(expected.GetProperty("pvalue")), KolmogorovSmirnov.Test(x, y).PValue, 1e-9, "p");
                if (Math.Abs(less - greater) > 1e-12) Assert.Equal(expected.GetProperty("statistic_sign").GetInt32(), greater > less ? 1 : -1);
                AtItsPlace(expected, x, y);
            }
    }

    // 1e-9: tails of the normal law.
    [Fact]
    public void MannWhitney_OfEachSide_AgreesWithSciPy()
    {
        foreach (var (name, x, y, item) in Pairs("two_sample_tests"))
            foreach (var (key, expected) in item.GetProperty("mannwhitneyu").EnumerateObject().Select(member => (member.Name, member.Value)))
            {
                var side = key.StartsWith("less", StringComparison.Ordinal) ? Alternative.Less : key.StartsWith("greater", StringComparison.Ordinal) ? Alternative.Greater : Alternative.TwoSided;
                var found = key.Contains("exact", StringComparison.Ordinal) ? MannWhitney.Exact(x, y, side) : MannWhitney.Asymptotic(x, y, side, !key.Contains("no_continuity", StringComparison.Ordinal));
                Close(Value(expected.GetProperty("U1")), found.Statistic, 1e-12, name);
                // Where all values are equal the reference divides by zero; nothing speaks against equality there.
                var p = Value(expected.GetProperty("pvalue"));
                Close(double.IsNaN(p) ? 1 : p, found.PValue, 1e-9, $"{name} {key}");
            }
    }

    [Fact]
    public void TwoProportions_OfEachSide_AgreesWithStatsmodels()
    {
        (string, Alternative)[] sides = [("two-sided", Alternative.TwoSided), ("larger", Alternative.Greater), ("smaller", Alternative.Less)];
        foreach (var item in Cases("categorical_tests").Where(item => item.TryGetProperty("two_proportion_z", out _)))
            foreach (var (key, side) in sides)
            {
                var t = item.GetProperty("table").EnumerateArray().SelectMany(Numbers).Select(value => (long)value).ToArray();
                var (expected, found) = (item.GetProperty("two_proportion_z").GetProperty(key), TwoProportions.Test(t[0], t[0] + t[1], t[2], t[2] + t[3], side)!.Value);
                Close(Value(expected.GetProperty("z")), found.Statistic, 1e-12, key);
                Close(Value(expected.GetProperty("pvalue")), found.PValue, 1e-9, key + " p");
            }
    }

    private static void AtItsPlace(Golden expected, double[] x, double[] y)
    {
        var (at, sign) = (Value(expected.GetProperty("statistic_location")), expected.GetProperty("statistic_sign").GetInt32());
        var gap = x.Count(value => value <= at) / (double)x.Length - y.Count(value => value <= at) / (double)y.Length;
        Assert.Equal(Value(expected.GetProperty("statistic")), Math.Max(0, sign * gap), 1e-13);
    }
}
