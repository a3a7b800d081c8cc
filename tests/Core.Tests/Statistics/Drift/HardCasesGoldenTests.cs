using Serverless.Core.Statistics;
using Serverless.Core.Tests.Statistics.Metrics;
using static Serverless.Core.Tests.Statistics.Drift.Reference;

namespace Serverless.Core.Tests.Statistics.Drift;

/// <summary>Against hard_cases.py: narrow ranges at large offsets, denormals, the whole range of doubles, heavy ties, two values, one and two rows, a hundred thousand rows.</summary>
public sealed class HardCasesGoldenTests
{
    // 1e-9 for tails; 1e-12 for what only counts.
    [Fact]
    public void RankTests_OfHardSamples_AgreeWithSciPy()
    {
        foreach (var (name, x, y, item) in Samples())
        {
            Close(Value(item.GetProperty("ks")), KolmogorovSmirnov.Test(x, y).Statistic, 1e-12, name + " D");
            Close(Value(item.GetProperty("ks_p")), KolmogorovSmirnov.Test(x, y).PValue, 1e-9, name + " D p");
            var mann = Numbers(item.GetProperty("mannwhitney"));
            Close(mann[0], MannWhitney.Test(x, y).Statistic, 1e-12, name + " U");
            Close(mann[1], MannWhitney.Asymptotic(x, y).PValue, 1e-9, name + " U p");
            if (item.TryGetProperty("mwu_exact", out var exact)) Close(Value(exact), MannWhitney.Exact(x, y).PValue, 1e-9, name + " U exact p");
            if (item.TryGetProperty("cramervonmises", out var mises))
            {
                var found = CramerVonMises.Asymptotic(x, y);
                Close(Value(mises[0]), found.Statistic, 1e-10, name + " T");
                // 1e-6: the reference's series ends too soon, and far out its p grows with the statistic (3e-7 where ours is below 1e-16); of constants it has none.
                if (!double.IsNaN(Value(mises[1]))) Assert.True(Math.Abs(Value(mises[1]) - found.PValue) <= 1e-9 * found.PValue + 1e-6, $"{name} T p: {Value(mises[1])}, {found.PValue}");
            }
            if (item.TryGetProperty("anderson", out var anderson) && anderson.ValueKind != System.Text.Json.JsonValueKind.Null)
            {
                var found = AndersonDarling.Test(x, y);
                if (found is null) Assert.True(x.Length + y.Length < 4 || !double.IsFinite(Value(anderson[0])) && Value(anderson[1]) is >= 0 and <= 1, name);
                else
                {
                    Close(Value(anderson[0]), found.Value.Statistic, 1e-8, name + " A");
                    Close(Value(anderson[1]), found.Value.PValue, 1e-7, name + " A p");
                }
            }
        }
    }

    // Against exact fractions. 1e-9 at an offset of 1e9 and for a hundred thousand terms; a denormal may be off by its last bits.
    [Fact]
    public void MeansAndDistances_OfHardSamples_AreTheExactFractions()
    {
        foreach (var (name, x, y, item) in Samples())
        {
            // The walk over sorted columns multiplies by n·m before it divides: near the largest double only the weighted walk holds.
            if (name != "whole_range") Near(item.GetProperty("wasserstein"), Wasserstein.Distance(x, y), name + " Wasserstein");
            Near(item.GetProperty("wasserstein"), WeightedDistance.Wasserstein(x, y, [], []), name + " weighted Wasserstein");
            // The root of a denormal: below 1e-161 the energy distance is 0.
            Near(item.GetProperty("energy"), WeightedDistance.Energy(x, y), name + " energy", 1e-161);
            if (!item.TryGetProperty("welch", out var welch)) Assert.True(WelchT.Test(x, y) is null, name);
            else
            {
                var found = WelchT.Test(x, y)!.Value;
                GoldenFile.Close(Value(welch[0]), found.Statistic, 1e-9, name + " t");
                Close(Value(welch[1]), found.PValue, 1e-7, name + " t p");
            }
        }
    }

    // 1e-9: tails of the incomplete gamma function and sums of three hundred cells; counts of 1e15 keep that many digits of a difference.
    [Fact]
    public void Tables_OfHardCounts_AgreeWithTheirFormulas()
    {
        foreach (var item in Cases("hard_cases")[^1].GetProperty("tables").EnumerateArray())
        {
            double[] p = Numbers(item.GetProperty("p")), q = Numbers(item.GetProperty("q"));
            var name = $"{p[0]} {p[1]} … {q[0]} {q[1]}";
            Pair(item.GetProperty("chi"), ChiSquare.Pearson(p, q, false), "chi-square");
            Pair(item.GetProperty("g"), ChiSquare.LikelihoodRatio(p, q), "G");
            Far("psi", Divergence.PopulationStability(p, q));
            Far("js", Divergence.JensenShannon(p, q));
            Far("kl", Divergence.KullbackLeibler(p, q));
            Far("hellinger", Divergence.Hellinger(p, q));
            Far("tv", Divergence.TotalVariation(p, q));
            // Likeliest tables first, exactly: the sum of whole numbers is the reference.
            if (item.TryGetProperty("fisher", out var fisher)) Close(Value(fisher), FisherExact.Test((long)p[0], (long)p[1], (long)q[0], (long)q[1]).PValue, 1e-10, name + " Fisher");
            if (item.TryGetProperty("z", out var z)) Pair(z, TwoProportions.Test((long)p[0], (long)(p[0] + p[1]), (long)q[0], (long)(q[0] + q[1]))!.Value, "z");

            void Pair(Golden expected, Serverless.Core.Statistics.TestResult found, string what)
            {
                GoldenFile.Close(Value(expected[0]), found.Statistic, 1e-8, $"{name} {what}");
                Close(Value(expected[1]), found.PValue, 1e-8, $"{name} {what} p");
            }

            void Far(string key, double found)
            {
                var expected = Value(item.GetProperty(key));
                Assert.True(expected == found || Math.Abs(expected - found) <= 1e-9 * expected + 1e-9, $"{name} {key}: {expected:R}, {found:R}");
            }
        }
    }

    private static IEnumerable<(string Name, double[] X, double[] Y, Golden Case)> Samples()
    {
        foreach (var item in Cases("hard_cases").Where(item => !item.TryGetProperty("tables", out _)))
        {
            var name = item.GetProperty("name").GetString()!;
            if (item.TryGetProperty("x", out var x)) yield return (name, Numbers(x), Numbers(item.GetProperty("y")), item);
            else
            {
                var (streams, count) = (item.GetProperty("streams").Integers(), item.GetProperty("n").GetInt32());
                double[][] sides = [.. streams.Zip(item.GetProperty("maps").EnumerateArray(), (stream, map) => Stream((ulong)stream, count, map.GetString()!))];
                Assert.Equal(Numbers(item.GetProperty("first")), sides.Select(side => side[0]));
                yield return (name, sides[0], sides[1], item);
            }
        }
    }

    /// <summary>SplitMix64, as in hard_cases.py, through one of its maps.</summary>
    private static double[] Stream(ulong state, int count, string map)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            var z = state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            var unit = ((z ^ (z >> 31)) >> 11) / (double)(1ul << 53);
            values[i] = map switch { "plain" => unit, "moved" => unit + .004, "tenths" => Math.Floor(unit * 10), "tenths_squared" => Math.Floor(unit * unit * 10), _ => 1e9 + unit };
        }
        return values;
    }

    private static void Near(Golden expected, double found, string what, double least = 1e-322) =>
        Assert.True(Math.Abs(Value(expected) - found) <= 1e-9 * Value(expected) + least, $"{what}: expected {Value(expected):R}, found {found:R}");
}
