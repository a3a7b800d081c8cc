using System.Text.Json;
using Serverless.Core.Tests.Statistics.Metrics;
using Serverless.Core.Statistics;
using static Serverless.Core.Tests.Statistics.Drift.Reference;
using TestResult = Serverless.Core.Statistics.TestResult;

namespace Serverless.Core.Tests.Statistics.Drift;

public sealed class MoreTwoSampleGoldenTests
{
    // 1e-9: tails of the normal law, and sums in another order.
    [Fact]
    public void MannWhitney_OfEveryCase_AgreesWithSciPy()
    {
        foreach (var (name, x, y, item) in Pairs("two_sample_tests"))
        {
            var expected = item.GetProperty("mannwhitneyu");
            if (expected.TryGetProperty("two-sided|asymptotic", out var normal)) Check(normal, MannWhitney.Asymptotic(x, y), name);
            if (expected.TryGetProperty("two-sided|exact", out var exact)) Check(exact, MannWhitney.Exact(x, y), name + " exact");
        }

        static void Check(Golden expected, TestResult found, string name)
        {
            Close(Value(expected.GetProperty("U1")), found.Statistic, 1e-12, name);
            // Where all values are equal the reference divides by zero.
            if (!double.IsNaN(Value(expected.GetProperty("pvalue")))) Close(Value(expected.GetProperty("pvalue")), found.PValue, 1e-9, name + " p");
        }
    }

    // 1e-9 for p, and 1e-7 in the tail: the reference ends its series at terms below 1e-7 (it gives 2e-8 at a statistic of 69, more than at 11), ours at 1e-17.
    [Fact]
    public void CramerVonMises_OfEveryCase_AgreesWithSciPy()
    {
        foreach (var (name, x, y, item) in Pairs("two_sample_tests"))
        {
            if (!item.TryGetProperty("cramervonmises_asymptotic", out var expected) || !expected.TryGetProperty("statistic", out var statistic)) continue;
            var found = CramerVonMises.Asymptotic(x, y);
            if (item.TryGetProperty("cramervonmises_exact", out var exact) && exact.TryGetProperty("pvalue", out var chance) && CramerVonMises.Test(x, y) is { Method: TestMethod.Exact } && x.Concat(y).Distinct().Count() == x.Length + y.Length)
                Close(Value(chance), CramerVonMises.Test(x, y).PValue, 1e-9, name + " exact");
            Close(Value(statistic), found.Statistic, 1e-10, name);
            var p = Value(expected.GetProperty("pvalue"));
            if (!double.IsNaN(p)) Assert.True(Math.Abs(p - found.PValue) <= 1e-9 * p + 1e-7, $"{name} p: expected {p:R}, found {found.PValue:R}");
        }
    }

    [Theory]
    [InlineData("anderson_ksamp_midrank_True", true)]
    [InlineData("anderson_ksamp_midrank_False", false)]
    public void AndersonDarling_OfEveryCase_AgreesWithSciPy(string key, bool midrank)
    {
        foreach (var (name, x, y, item) in Pairs("two_sample_tests"))
        {
            if (!item.TryGetProperty(key, out var expected) || !expected.TryGetProperty("statistic", out var statistic) || double.IsNaN(Value(statistic))) continue;
            var found = AndersonDarling.Test(x, y, midrank) ?? throw new InvalidOperationException(name);
            Close(Value(statistic), found.Statistic, 1e-9, name);
            Close(Value(expected.GetProperty("significance_level")), found.PValue, 1e-8, name + " p");
        }
        foreach (var item in Cases("weighted_and_ksample").Where(c => c.GetProperty("kind").GetString() == "anderson_ksamp_3" && c.GetProperty("midrank").GetBoolean() == midrank))
        {
            var found = AndersonDarling.Test([.. item.GetProperty("samples").EnumerateArray().Select(Numbers)], midrank)!.Value;
            Close(Value(item.GetProperty("expected").GetProperty("statistic")), found.Statistic, 1e-9, "three samples");
            Close(Value(item.GetProperty("expected").GetProperty("significance_level")), found.PValue, 1e-8, "three samples p");
        }
    }

    // 1e-9: values of 1e12 with a spread of 1e6, whose means cost the reference ten digits; the exact quotient confirms ours.
    [Fact]
    public void WelchT_OfEveryCase_AgreesWithSciPy()
    {
        foreach (var (name, x, y, item) in Pairs("two_sample_tests"))
        {
            if (!item.TryGetProperty("welch_t", out var expected) || !expected.TryGetProperty("statistic", out var statistic)) continue;
            var found = WelchT.Test(x, y);
            if (!double.IsFinite(Value(statistic))) continue;
            Close(Value(statistic), found!.Value.Statistic, 1e-9, name);
            Close(Value(expected.GetProperty("pvalue")), found.Value.PValue, 3e-9, name + " p");
        }
    }

    [Fact]
    public void Distances_WeightedAndNot_AgreeWithSciPy()
    {
        foreach (var (name, x, y, item) in Pairs("two_sample_tests"))
        {
            Close(Value(item.GetProperty("energy_distance")), WeightedDistance.Energy(x, y), 1e-9, name);
            Close(Value(item.GetProperty("wasserstein")), WeightedDistance.Wasserstein(x, y, [], []), 1e-11, name);
        }
        foreach (var item in Cases("weighted_and_ksample").Where(c => c.GetProperty("kind").GetString() == "weighted_wasserstein"))
        {
            double[] u = Numbers(item.GetProperty("u")), v = Numbers(item.GetProperty("v")), a = Numbers(item.GetProperty("u_weights")), b = Numbers(item.GetProperty("v_weights"));
            Close(Value(item.GetProperty("wasserstein")), WeightedDistance.Wasserstein(u, v, a, b), 1e-11, "weighted");
            Close(Value(item.GetProperty("energy")), WeightedDistance.Energy(u, v, a, b), 1e-11, "weighted energy");
        }
    }

    [Fact]
    public void TwoByTwo_OfEveryTable_AgreesWithSciPyAndStatsmodels()
    {
        var tables = 0;
        foreach (var item in Cases("categorical_tests").Where(c => c.TryGetProperty("fisher_exact_two_sided", out _)))
        {
            var t = item.GetProperty("table").EnumerateArray().SelectMany(Numbers).Select(value => (long)value).ToArray();
            var fisher = FisherExact.Test(t[0], t[1], t[2], t[3]);
            // 1e-8: logarithms of factorials of a million keep no more digits.
            Close(Value(item.GetProperty("fisher_exact_two_sided").GetProperty("pvalue")), fisher.PValue, 1e-8, string.Join(' ', t));
            var odds = Value(item.GetProperty("fisher_exact_two_sided").GetProperty("odds_ratio"));
            if (double.IsFinite(odds)) Close(odds, fisher.Statistic, 1e-12, string.Join(' ', t));
            if (item.TryGetProperty("two_proportion_z", out var z) && double.IsFinite(Value(z.GetProperty("two-sided").GetProperty("z"))))
            {
                var found = TwoProportions.Test(t[0], t[0] + t[1], t[2], t[2] + t[3])!.Value;
                Close(Value(z.GetProperty("two-sided").GetProperty("z")), found.Statistic, 1e-12, "z");
                Close(Value(z.GetProperty("two-sided").GetProperty("pvalue")), found.PValue, 1e-9, "z p");
            }
            if (item.TryGetProperty("two_proportion_newcomb_ci95_diff", out var interval) && interval.ValueKind == JsonValueKind.Object)
            {
                var found = TwoProportions.Difference(t[0], t[0] + t[1], t[2], t[2] + t[3], 0.95);
                Close(Value(interval.GetProperty("low")), found.Low, 1e-9, "low");
                Close(Value(interval.GetProperty("high")), found.High, 1e-9, "high");
            }
            tables++;
        }
        Assert.InRange(tables, 3, int.MaxValue);
    }
}
