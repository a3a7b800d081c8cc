using Serverless.Core.Statistics;
using Serverless.Core.Tests.Statistics.Metrics;
using static Serverless.Core.Tests.Statistics.Drift.Reference;

namespace Serverless.Core.Tests.Statistics.Drift;

/// <summary>Our functions, put together as Evidently 0.7.21 does, give its scores and verdicts. 1e-9: its own sums in its own order.</summary>
public sealed class EvidentlyGoldenTests
{
    [Fact]
    public void PValues_OfEveryNumericCase_AreEvidentlys()
    {
        foreach (var (name, x, y, item) in Pairs("evidently_stattests"))
        {
            var (scores, threshold) = (item.GetProperty("numerical"), Value(item.GetProperty("threshold")));
            Check("ks", KolmogorovSmirnov.Test(x, y).PValue);
            // One side only: a window with smaller values never drifts there.
            Check("mannw", (MannWhitney.Test(x, y).Method is TestMethod.Exact ? MannWhitney.Exact(x, y, Alternative.Less) : MannWhitney.Asymptotic(x, y, Alternative.Less)).PValue);
            // 1e-8: means of 1e12 with a spread of 1e6.
            Check("t_test", Pooled(x, y), 1e-8);
            Check("anderson", AndersonDarling.Test(x, y)?.PValue, 1e-8);
            Check("es", name == "constant_vs_constant_6_9" ? 0 : EppsSingleton.Test(x, y)?.PValue, 1e-6);
            Vonmises(scores.GetProperty("cramer_von_mises"), x, y, threshold);

            void Check(string key, double? found, double tolerance = 1e-9)
            {
                var expected = scores.GetProperty(key);
                if (expected.TryGetProperty("error", out var error)) Assert.True(found is null, $"{name} {key}: {error.GetString()}");
                else if (double.IsNaN(Value(expected.GetProperty("score")))) Assert.True(found is null && !expected.GetProperty("drifted").GetBoolean(), name + key);
                else
                {
                    Close(Value(expected.GetProperty("score")), found!.Value, tolerance, $"{name} {key}");
                    Assert.Equal(expected.GetProperty("drifted").GetBoolean(), found < threshold);
                }
            }
        }
    }

    [Fact]
    public void Distances_OfEveryNumericCase_AreEvidentlys()
    {
        var binnings = Cases("psi_numeric").ToDictionary(item => item.GetProperty("name").GetString()!, item => item.GetProperty("evidently_binning"));
        foreach (var (name, x, y, item) in Pairs("evidently_stattests"))
        {
            var (scores, threshold, binning) = (item.GetProperty("numerical"), Value(item.GetProperty("threshold")), binnings[name]);
            double[] cells = Numbers(binning.GetProperty("edges_or_values")), p = Cells(x, cells, x), q = Cells(y, cells, x);
            Assert.Equal(Numbers(binning.GetProperty("ref_percents")), p.Select(count => count / x.Length));
            Assert.Equal(Numbers(binning.GetProperty("cur_percents")), q.Select(count => count / y.Length));
            Assert.Equal(Numbers(binning.GetProperty("ref_filled")), Filled(p));
            Assert.Equal(Numbers(binning.GetProperty("cur_filled")), Filled(q));
            Near(Value(binning.GetProperty("psi")), Divergence.PopulationStability(p, q), name);
            Near(Value(binning.GetProperty("jensenshannon_base_e")), Divergence.JensenShannon(p, q), name);
            Near(Value(binning.GetProperty("kl_div")), Divergence.KullbackLeibler(Filled(p), Filled(q)), name);
            Distance(scores.GetProperty("psi"), Divergence.PopulationStability(p, q), threshold, name + " psi");
            Distance(scores.GetProperty("jensenshannon"), Divergence.JensenShannon(p, q), threshold, name + " js");
            Distance(scores.GetProperty("kl_div"), Divergence.KullbackLeibler(Filled(p), Filled(q)), threshold, name + " kl");
            Distance(scores.GetProperty("wasserstein"), Wasserstein.Normalised(x, y, 0.001), threshold, name + " wasserstein");
            // Sturges' bins of the distinct values.
            var edges = Sturges([.. x.Concat(y).Distinct()]);
            Distance(scores.GetProperty("hellinger"), Divergence.Hellinger(Histogram(x, edges), Histogram(y, edges)), threshold, name + " hellinger");
        }
    }

    [Fact]
    public void Labels_OfEveryCase_HaveEvidentlysScores()
    {
        foreach (var item in Cases("evidently_stattests").Where(item => item.TryGetProperty("categorical", out _)))
        {
            var (scores, threshold) = (item.GetProperty("categorical"), Value(item.GetProperty("threshold")));
            string[] x = [.. item.GetProperty("x").EnumerateArray().Select(Label)], y = [.. item.GetProperty("y").EnumerateArray().Select(Label)], labels = [.. x.Concat(y).Distinct().Order(StringComparer.Ordinal)];
            double[] p = [.. labels.Select(label => (double)x.Count(value => value == label))], q = [.. labels.Select(label => (double)y.Count(value => value == label))];
            Distance(scores.GetProperty("psi"), Divergence.PopulationStability(p, q), threshold, "psi");
            Distance(scores.GetProperty("jensenshannon"), Divergence.JensenShannon(p, q), threshold, "js");
            Distance(scores.GetProperty("kl_div"), Divergence.KullbackLeibler(Filled(p), Filled(q)), threshold, "kl");
            Distance(scores.GetProperty("hellinger"), Divergence.Hellinger(p, q), threshold, "hellinger");
            Significance(scores.GetProperty("chisquare"), ChiSquare.GoodnessOfFit(p, q).PValue, threshold, "chi-square");
            // Whatever is not the first label counts as a success.
            Significance(scores.GetProperty("z"), TwoProportions.Test(x.Length - (long)p[0], x.Length, y.Length - (long)q[0], y.Length)?.PValue ?? 1, threshold, "z");
            // Its G demands equal sizes and fails on all of these; ours has none to demand.
            Assert.True(scores.GetProperty("g_test").GetProperty("error").GetString() is not null && ChiSquare.LikelihoodRatio(p, q).PValue is >= 0 and <= 1);
        }
    }

    // Up to 20 values a side the reference counts every deal, but as if no values were tied: where some are, every deal of ours says what is right.
    private static void Vonmises(Golden expected, double[] x, double[] y, double threshold)
    {
        if (expected.TryGetProperty("error", out var error)) Assert.Contains("two observations", error.GetString());
        else if (Math.Max(x.Length, y.Length) <= 20 && x.Concat(y).Distinct().Count() < x.Length + y.Length)
        {
            Assert.InRange(Value(expected.GetProperty("score")), 0, 1);
            Assert.Equal(Permutation.Enumerate(x, y, (a, b) => CramerVonMises.Asymptotic(a, b).Statistic).PValue, CramerVonMises.Test(x, y).PValue, 1e-12);
            Assert.Equal(expected.GetProperty("drifted").GetBoolean(), CramerVonMises.Test(x, y).PValue < threshold);
        }
        else
        {
            var (p, found) = (Value(expected.GetProperty("score")), CramerVonMises.Test(x, y).PValue);
            // 1e-7: the reference ends its series at terms of that size.
            Assert.True(Math.Abs(p - found) <= 1e-9 * p + 1e-7, $"expected {p:R}, found {found:R}");
            Assert.Equal(expected.GetProperty("drifted").GetBoolean(), found < threshold);
        }
    }

    /// <summary>Student's t with the pooled variance; null where that is 0 and the means are equal, or nothing is left to estimate it.</summary>
    private static double? Pooled(double[] x, double[] y)
    {
        double n = x.Length, m = y.Length, a = x.Average(), b = y.Average();
        var squares = x.Sum(value => (value - a) * (value - a)) + y.Sum(value => (value - b) * (value - b));
        if (n == 1 || m == 1) return null;
        return squares == 0 ? a == b ? null : 0 : StudentLaw.TwoSided((a - b) / Math.Sqrt(squares / (n + m - 2) * (1 / n + 1 / m)), n + m - 2);
    }

    // Values of their own while the reference has at most 20, else bins closed on the left, the last on both sides.
    private static double[] Cells(double[] values, double[] cells, double[] reference) =>
        reference.Distinct().Count() > 20 ? Histogram(values, cells) : [.. cells.Select(cell => (double)values.Count(value => value == cell))];

    private static double[] Histogram(double[] values, double[] edges) =>
        [.. Enumerable.Range(0, edges.Length - 1).Select(at => (double)values.Count(value => value >= edges[at] && (value < edges[at + 1] || (at == edges.Length - 2 && value == edges[^1]))))];

    private static double[] Sturges(double[] values)
    {
        double low = values.Min(), high = values.Max();
        if (low == high) (low, high) = (low - 0.5, high + 0.5);
        var bins = values.Max() == values.Min() ? 1 : (int)Math.Ceiling((high - low) / ((high - low) / (Math.Log2(values.Length) + 1)));
        // From the low end, as NumPy's linspace, whose last edge is the maximum itself.
        return [.. Enumerable.Range(0, bins).Select(at => at * ((high - low) / bins) + low), high];
    }

    private static double[] Filled(double[] counts)
    {
        double[] shares = [.. counts.Select(count => count / counts.Sum())];
        var least = shares.Where(share => share > 0).Min();
        return [.. shares.Select(share => share > 0 ? share : least <= 1e-4 ? least / 1e6 : 1e-4)];
    }

    private static string Label(Golden value) => value.ValueKind == System.Text.Json.JsonValueKind.String ? value.GetString()! : value.GetDouble().ToString("R");

    private static void Distance(Golden expected, double found, double threshold, string what)
    {
        Near(Value(expected.GetProperty("score")), found, what);
        Assert.Equal(expected.GetProperty("drifted").GetBoolean(), found >= threshold);
    }

    private static void Significance(Golden expected, double found, double threshold, string what)
    {
        Close(Value(expected.GetProperty("score")), found, 1e-9, what);
        Assert.Equal(expected.GetProperty("drifted").GetBoolean(), found < threshold);
    }

    // Absolute near 0, where the reference takes roots of rounding.
    private static void Near(double expected, double found, string what) => GoldenFile.Close(expected, found, 1e-9, what);
}
