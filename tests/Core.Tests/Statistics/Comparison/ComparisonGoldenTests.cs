using Serverless.Core.Statistics;
using Serverless.Core.Tests.Statistics.Metrics;
using static Serverless.Core.Tests.Statistics.Metrics.GoldenFile;

namespace Serverless.Core.Tests.Statistics.Comparison;

/// <summary>Against SciPy 1.10.1 and statsmodels 0.13.5. Binomial tails go through log-gamma and t through the incomplete beta: 1e-11; the rest are sums: 1e-12.</summary>
public sealed class ComparisonGoldenTests
{
    private static readonly ResamplingPlan Plan = ResamplingPlan.Default;

    private static IEnumerable<Golden> Of(string kind) => Cases("paired_tests").Where(c => c.GetProperty("kind").GetString() == kind);

    [Fact]
    public void McNemar_EveryGoldenCase_AgreesWithStatsmodels()
    {
        foreach (var c in Of("mcnemar"))
        {
            var table = c.GetProperty("table");
            var (b, d) = (table[0][1].GetInt32(), table[1][0].GetInt32());
            var n = b + d + table[0][0].GetInt32() + table[1][1].GetInt32();
            var exact = McNemar.Exact(b, d, n);
            Close(c.GetProperty("exact").GetProperty("pvalue").Number(), exact.PValue, 1e-11, "exact");
            Close(c.GetProperty("exact").GetProperty("statistic").Number(), exact.Statistic, 0, "exact");
            Close(c.GetProperty("midp").Number(), McNemar.MidP(b, d, n).PValue, 1e-11, "midp");
            foreach (var (name, corrected) in new[] { ("chi2", false), ("chi2_corrected", true) })
            {
                var asymptotic = McNemar.Asymptotic(b, d, n, corrected);
                if (b + d == 0)
                {
                    // statsmodels divides by zero there; nothing discordant tells nothing.
                    Assert.True(asymptotic.PValue is null && !double.IsFinite(c.GetProperty(name).GetProperty("statistic").Number()) && c.GetProperty(name).GetProperty("pvalue").Number() is 0 or double.NaN);
                    continue;
                }
                Close(c.GetProperty(name).GetProperty("statistic").Number(), asymptotic.Statistic, 1e-12, name);
                Close(c.GetProperty(name).GetProperty("pvalue").Number(), asymptotic.PValue, 1e-11, name);
            }
        }
    }

    [Fact]
    public void Permute_EveryGoldenCase_EnumeratesAsSciPy()
    {
        foreach (var c in Of("paired_exact_permutation"))
        {
            var (a, b) = (c.GetProperty("a").Numbers(), c.GetProperty("b").Numbers());
            var result = PairedComparison.Permute(a, b, Plan);
            Assert.Equal(ComparisonMethod.PermutationExact, result.Method);
            Close(c.GetProperty("two-sided").GetProperty("statistic").Number(), result.Statistic, 1e-12, "statistic");
            Assert.Equal(c.GetProperty("two-sided").GetProperty("pvalue").Number(), result.TwoSided);
            Assert.Equal(c.GetProperty("less").GetProperty("pvalue").Number(), result.Less);
            Assert.Equal(c.GetProperty("greater").GetProperty("pvalue").Number(), result.Greater);
            var t = PairedComparison.StudentT(a, b, 0.95);
            Close(c.GetProperty("paired_t").GetProperty("statistic").Number(), t.Statistic, 1e-11, "t");
            Close(c.GetProperty("paired_t").GetProperty("pvalue").Number(), t.PValue, 1e-11, "t");
            foreach (var side in (string[])["less", "greater"]) Close(c.GetProperty(side).GetProperty("statistic").Number(), result.Statistic, 1e-12, side);
            var wilcoxon = WilcoxonSignedRank.Test(a, b);
            Assert.Equal(ComparisonMethod.WilcoxonExact, wilcoxon.Method);
            Close(c.GetProperty("wilcoxon_exact").GetProperty("statistic").Number(), wilcoxon.Statistic, 0, "Wilcoxon");
            Close(c.GetProperty("wilcoxon_exact").GetProperty("pvalue").Number(), wilcoxon.PValue, 1e-15, "Wilcoxon");
        }
    }

    [Fact]
    public void Enumerate_EveryGoldenCase_DealsAsSciPy()
    {
        foreach (var c in Of("independent_exact_permutation"))
        {
            var (a, b) = (c.GetProperty("a").Numbers(), c.GetProperty("b").Numbers());
            var greater = Permutation.Enumerate(a, b, (x, y) => Mean(x) - Mean(y));
            var less = Permutation.Enumerate(a, b, (x, y) => Mean(y) - Mean(x));
            Check("greater", greater.PValue);
            Check("less", less.PValue);
            Check("two-sided", Math.Min(1, 2 * Math.Min(less.PValue, greater.PValue)));

            void Check(string key, double p)
            {
                Close(c.GetProperty(key).GetProperty("statistic").Number(), greater.Statistic, 1e-12, key);
                Close(c.GetProperty(key).GetProperty("pvalue").Number(), p, 1e-15, key);
            }
        }

        static double Mean(ReadOnlySpan<double> values)
        {
            var sum = 0.0;
            foreach (var value in values) sum += value;
            return sum / values.Length;
        }
    }

    [Fact]
    public void Bootstrap_GivenReplicates_HasSciPysIntervals()
    {
        foreach (var c in Of("paired_bootstrap_given_indices"))
        {
            var (a, b) = (c.GetProperty("correct_a").Numbers(), c.GetProperty("correct_b").Numbers());
            double[] d = [.. a.Zip(b, (x, y) => x - y)];
            var estimate = c.GetProperty("estimate").Number();
            double[] replicates = [.. c.GetProperty("indices").EnumerateArray().Select(rows => rows.Integers().Sum(i => d[i]) / d.Length)];
            double[] jackknife = [.. d.Select(x => (d.Sum() - x) / (d.Length - 1))];
            // 0.1 + 0.2 is not 0.3: what equals the estimate on paper must equal it here.
            replicates = [.. replicates.Select(r => Math.Abs(r - estimate) < 1e-12 ? estimate : r)];
            Same(c.GetProperty("percentile_ci95"), Bootstrap.Percentile(replicates, 0.95));
            Same(c.GetProperty("basic_ci95"), Bootstrap.Basic(estimate, replicates, 0.95));
            Same(c.GetProperty("bca_ci95"), Bootstrap.Bca(estimate, replicates, jackknife, 0.95)!.Value);
            Close(c.GetProperty("p_two_sided").Number(), Bootstrap.PValue(replicates), 1e-12, "p");
            var mean = replicates.Average();
            Close(c.GetProperty("replicate_mean").Number(), mean, 1e-12, "mean");
            Close(c.GetProperty("standard_error_ddof1").Number(), Math.Sqrt(replicates.Sum(r => (r - mean) * (r - mean)) / (replicates.Length - 1)), 1e-12, "error");
            // What BCa is made of: its quantiles are those of the levels, and the levels follow from bias and acceleration.
            var (bias, acceleration, levels) = (c.GetProperty("bca_z0").Number(), c.GetProperty("bca_acceleration").Number(), c.GetProperty("bca_alpha").Numbers());
            double[] sorted = [.. replicates.Order()];
            for (var side = 0; side < 2; side++)
            {
                var shifted = bias + (side == 0 ? -1 : 1) * 1.959963984540054;
                Close(levels[side], NormalLaw.Survival(-(bias + shifted / (1 - acceleration * shifted))), 1e-12, "level");
                Close(c.GetProperty("bca_ci95")[side].Number(), Bins.Quantile(sorted, levels[side]), 1e-12, "quantile");
            }
        }
    }

    private static void Same(Golden expected, ConfidenceInterval actual)
    {
        Close(expected[0].Number(), actual.Low, 1e-12, actual.Method + " low");
        Close(expected[1].Number(), actual.High, 1e-12, actual.Method + " high");
    }
}
