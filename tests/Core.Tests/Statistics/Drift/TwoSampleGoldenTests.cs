using Serverless.Core.Statistics;
using static Serverless.Core.Tests.Statistics.Drift.Reference;
using TestResult = Serverless.Core.Statistics.TestResult;

namespace Serverless.Core.Tests.Statistics.Drift;

public sealed class TwoSampleGoldenTests
{
    // 1e-9: the reference multiplies thousands of factors in its own order.
    [Fact]
    public void KolmogorovSmirnov_OfEveryCase_AgreesWithSciPy()
    {
        foreach (var (name, x, y, item) in Pairs("ks_2samp"))
        {
            var expected = item.GetProperty("expected");
            var result = KolmogorovSmirnov.Test(x, y);
            Assert.Equal((item.GetProperty("n").GetInt64(), item.GetProperty("m").GetInt64()), (result.ReferenceSize, result.CurrentSize));
            Close(Value(expected.GetProperty("two-sided|kolmogorov_limit").GetProperty("statistic")), result.Statistic, 1e-13, name);
            Close(Value(expected.GetProperty("two-sided|auto").GetProperty("statistic")), result.Statistic, 1e-13, name);
            Close(Value(expected.GetProperty("two-sided|auto").GetProperty("pvalue")), result.PValue, 1e-9, name + " p");
            if (x.Length * y.Length > 1) // the reference divides by zero at n = m = 1
                Close(Value(expected.GetProperty("two-sided|asymp").GetProperty("pvalue")), KolmogorovSmirnov.AsymptoticPValue(result.Statistic, x.Length, y.Length), 1e-9, name + " asymptotic");
            Close(Value(expected.GetProperty("two-sided|kolmogorov_limit").GetProperty("pvalue")), KolmogorovSmirnov.LimitPValue(result.Statistic, x.Length, y.Length), 1e-9, name + " limit");
        }
    }

    // 1e-11: sums of a few hundred terms in another order.
    [Fact]
    public void Wasserstein_OfEveryCase_AgreesWithSciPy()
    {
        foreach (var (name, x, y, item) in Pairs("two_sample_tests"))
        {
            Close(Value(item.GetProperty("wasserstein")), Wasserstein.Distance(x, y), 1e-11, name);
            Close(Value(item.GetProperty("wasserstein_normed_std_ref")), Wasserstein.Normalised(x, y, 0.001), 1e-11, name + " normalised");
        }
    }

    [Fact]
    public void Psi_OfEveryCase_AgreesWithItsDefinition()
    {
        foreach (var (name, x, y, item) in Pairs("psi_numeric"))
        {
            Array.Sort(x);
            Array.Sort(y);
            foreach (var psi in item.GetProperty("psi").EnumerateArray())
            {
                var bins = psi.GetProperty("bins").GetInt32();
                var edges = psi.GetProperty("definition").GetString() == "quantile" ? Bins.QuantileEdges(x, bins) : Bins.EqualWidthEdges(x, bins);
                double[] reference = new double[edges.Length + 1], current = new double[edges.Length + 1];
                Bins.Count(x, edges, reference);
                Bins.Count(y, edges, current);
                Assert.Equal(Numbers(psi.GetProperty("inner_edges")).Length, edges.Length);
                foreach (var (one, other) in Numbers(psi.GetProperty("inner_edges")).Zip(edges)) Close(one, other, 1e-14, name);
                Assert.Equal(Numbers(psi.GetProperty("ref_counts")), reference);
                Assert.Equal(Numbers(psi.GetProperty("cur_counts")), current);
                Close(Value(psi.GetProperty("psi")), Divergence.PopulationStability(reference, current, psi.GetProperty("eps").GetDouble()), 1e-11, $"{name} {bins}");
            }
        }
    }

    [Fact]
    public void Corrections_OfEveryCase_AgreeWithStatsmodels()
    {
        (string, Correction)[] all = [("bonferroni", Correction.Bonferroni), ("holm", Correction.Holm),
            ("fdr_bh", Correction.BenjaminiHochberg), ("fdr_by", Correction.BenjaminiYekutieli)];
        foreach (var item in Cases("multiple_testing"))
            foreach (var (key, correction) in all)
            {
                var expected = Numbers(item.GetProperty(key).GetProperty("adjusted"));
                var found = MultipleTesting.Adjust(Numbers(item.GetProperty("pvalues")), correction);
                for (var i = 0; i < expected.Length; i++)
                    Close(expected[i], found[i], 1e-12, key);
            }
    }

    // 1e-9: the tail of the incomplete gamma function.
    [Fact]
    public void Categorical_OfEveryTable_AgreesWithSciPy()
    {
        foreach (var item in Cases("categorical_tests").Where(c => c.TryGetProperty("table", out var t) && t.GetArrayLength() == 2))
        {
            var table = item.GetProperty("table").EnumerateArray().Select(Numbers).ToArray();
            double[] p = table[0], q = table[1];
            Check("chi2_contingency_yates_True", ChiSquare.Pearson(p, q, true));
            Check("chi2_contingency_yates_False", ChiSquare.Pearson(p, q, false));
            Check("g_test", ChiSquare.LikelihoodRatio(p, q));
            Distance("psi_eps_1e-4", Divergence.PopulationStability(p, q));
            Distance("jensenshannon_distance_e", Divergence.JensenShannon(p, q));
            Distance("kl_p_q", Divergence.KullbackLeibler(p, q));
            Distance("kl_q_p", Divergence.KullbackLeibler(q, p));
            Distance("hellinger", Divergence.Hellinger(p, q));
            Distance("total_variation", Divergence.TotalVariation(p, q));

            void Check(string key, TestResult result)
            {
                if (!item.TryGetProperty(key, out var expected))
                    return;
                Close(Value(expected.GetProperty("statistic")), result.Statistic, 1e-9, key);
                Close(Value(expected.GetProperty("pvalue")), result.PValue, 1e-9, key + " p");
            }

            void Distance(string key, double found)
            {
                if (item.TryGetProperty(key, out var expected))
                    Close(Value(expected), found, 1e-9, key);
            }
        }
    }
}
