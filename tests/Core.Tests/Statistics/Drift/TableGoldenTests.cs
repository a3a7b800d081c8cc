using Serverless.Core.Statistics;
using Serverless.Core.Tests.Statistics.Metrics;
using static Serverless.Core.Tests.Statistics.Drift.Reference;

namespace Serverless.Core.Tests.Statistics.Drift;

/// <summary>Tables, proportions and corrections against SciPy 1.10.1 and statsmodels 0.13.5. 1e-9: tails of the incomplete gamma and beta functions.</summary>
public sealed class TableGoldenTests
{
    [Fact]
    public void Table_OfAnyRows_AgreesWithSciPy()
    {
        foreach (var item in Cases("categorical_tests").Where(item => item.TryGetProperty("table", out _)))
        {
            double[][] rows = [.. item.GetProperty("table").EnumerateArray().Select(Numbers)];
            var (found, plain, g) = (ChiSquare.Table(rows), item.GetProperty("chi2_contingency_yates_False"), item.GetProperty("g_test"));
            Close(Value(plain.GetProperty("statistic")), found.Pearson, 1e-9, "chi-square");
            Close(Value(plain.GetProperty("pvalue")), found.PearsonP, 1e-9, "chi-square p");
            Close(Value(g.GetProperty("statistic")), found.LikelihoodRatio, 1e-9, "G");
            Close(Value(g.GetProperty("pvalue")), found.LikelihoodRatioP, 1e-9, "G p");
            Close(Value(item.GetProperty("cramers_v")), found.V, 1e-9, "V");
            // Yates' correction is for two by two; elsewhere both keys say the same.
            var yates = item.GetProperty("chi2_contingency_yates_True");
            Close(Value(yates.GetProperty("pvalue")), rows.Length == 2 ? ChiSquare.Pearson(rows[0], rows[1], true).PValue : found.PearsonP, 1e-9, "Yates p");
            Close(Value(yates.GetProperty("statistic")), rows.Length == 2 ? ChiSquare.Pearson(rows[0], rows[1], true).Statistic : found.Pearson, 1e-9, "Yates");
            foreach (var one in (Golden[])[plain, yates, g]) Assert.Equal((rows.Length - 1) * (rows[0].Length - 1), one.GetProperty("dof").GetInt32());
            foreach (var one in (Golden[])[plain, yates]) Expected(one.GetProperty("expected"), rows);
        }
    }

    [Fact]
    public void GoodnessOfFit_OfEveryTable_AgreesWithSciPy()
    {
        foreach (var item in Cases("categorical_tests").Where(item => item.TryGetProperty("table", out _)))
        {
            double[][] rows = [.. item.GetProperty("table").EnumerateArray().Select(Numbers)];
            var (expected, found) = (item.GetProperty("gof_current_vs_scaled_reference"), ChiSquare.GoodnessOfFit(rows[0], rows[1]));
            Close(Math.Min(double.MaxValue, Value(expected.GetProperty("statistic"))), found.Statistic, 1e-9, "statistic");
            Close(Value(expected.GetProperty("pvalue")), found.PValue, 1e-9, "p");
        }
    }

    [Fact]
    public void Distances_OfEveryTable_AgreeWithTheirFormulas()
    {
        foreach (var item in Cases("categorical_tests").Where(item => item.TryGetProperty("table", out _)))
        {
            double[][] rows = [.. item.GetProperty("table").EnumerateArray().Select(Numbers)];
            double[] p = rows[0], q = rows[1];
            Close(Value(item.GetProperty("jensenshannon_distance_base2")), Divergence.JensenShannon(p, q) / Math.Sqrt(Math.Log(2)), 1e-9, "Jensen-Shannon in bits");
            Close(Value(item.GetProperty("jensenshannon_distance_e")), Divergence.JensenShannon(p, q), 1e-9, "Jensen-Shannon");
            Close(Value(item.GetProperty("psi_eps_1e-4")), Divergence.PopulationStability(p, q), 1e-9, "PSI");
            Close(Value(item.GetProperty("kl_p_q")), Divergence.KullbackLeibler(p, q), 1e-9, "KL");
            Close(Value(item.GetProperty("kl_q_p")), Divergence.KullbackLeibler(q, p), 1e-9, "KL back");
            Close(Value(item.GetProperty("hellinger")), Divergence.Hellinger(p, q), 1e-9, "Hellinger");
            Close(Value(item.GetProperty("total_variation")), Divergence.TotalVariation(p, q), 1e-9, "total variation");
        }
    }

    [Fact]
    public void Proportion_Intervals_AgreeWithStatsmodels()
    {
        foreach (var item in Cases("categorical_tests").Where(item => item.TryGetProperty("nobs", out _)))
        {
            var (k, n) = (item.GetProperty("count").GetInt64(), item.GetProperty("nobs").GetInt64());
            Same(item.GetProperty("wilson"), Intervals.Wilson(k, n, 0.95));
            Same(item.GetProperty("clopper_pearson"), Intervals.ClopperPearson(k, n, 0.95));
            Same(item.GetProperty("agresti_coull"), Intervals.AgrestiCoull(k, n, 0.95));
        }

        static void Same(Golden expected, ConfidenceInterval? found)
        {
            Close(Value(expected[0]), found!.Value.Low, 1e-9, "low");
            Close(Value(expected[1]), found.Value.High, 1e-9, "high");
        }
    }

    [Fact]
    public void Corrections_OfEveryMethod_AdjustAndRejectAsStatsmodels()
    {
        (string, Correction)[] all = [("bonferroni", Correction.Bonferroni), ("holm", Correction.Holm), ("fdr_bh", Correction.BenjaminiHochberg),
            ("fdr_by", Correction.BenjaminiYekutieli), ("sidak", Correction.Sidak), ("hommel", Correction.Hommel), ("simes-hochberg", Correction.Hochberg)];
        foreach (var item in Cases("multiple_testing"))
            foreach (var (key, correction) in all)
            {
                var expected = Numbers(item.GetProperty(key).GetProperty("adjusted"));
                var found = MultipleTesting.Adjust(Numbers(item.GetProperty("pvalues")), correction);
                for (var i = 0; i < expected.Length; i++) Close(expected[i], found[i], 1e-12, key);
                Assert.Equal(item.GetProperty(key).GetProperty("reject").Booleans(), found.Select(p => p <= Value(item.GetProperty("alpha"))));
            }
    }

    private static void Expected(Golden cells, double[][] rows)
    {
        var all = rows.Sum(row => row.Sum());
        for (var r = 0; r < rows.Length; r++)
            for (var c = 0; c < rows[r].Length; c++)
                Close(Value(cells[r][c]), rows[r].Sum() * rows.Sum(row => row[c]) / all, 1e-12, "expected");
    }
}
