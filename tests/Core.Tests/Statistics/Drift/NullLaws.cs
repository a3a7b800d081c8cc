using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Drift;

/// <summary>Where nothing has changed, no p-value is too small: 2,000 of each, seeded.</summary>
/// <remarks>
/// The empirical law lies above the diagonal by 0.059 with a probability below 1e-6 if the p-values are super-uniform (Massart, Annals of Probability 18 (1990):
/// e^(−2·2000·0.059²)), and away from it by 0.061 on either side if they are uniform. Methods by a limit law are allowed another 0.02, which is theirs, not chance's.
/// </remarks>
public sealed class NullLaws
{
    private const int Rounds = 2000;
    private const double Above = 0.059, Aside = 0.061, Limit = 0.02;
    private static readonly ResamplingPlan Plan = new(99, 7, 0.95, 1);

    private static readonly Dictionary<string, Func<Random, double>> Methods = new()
    {
        ["Kolmogorov-Smirnov"] = random => KolmogorovSmirnov.Test(Normal(random, 40), Normal(random, 30)).PValue,
        ["Kolmogorov-Smirnov, ties"] = random => KolmogorovSmirnov.Test(Whole(random, 40, 5), Whole(random, 30, 5)).PValue,
        ["Kolmogorov-Smirnov, less"] = random => OneSidedKolmogorovSmirnov.Test(Normal(random, 40), Normal(random, 30), Alternative.Less).PValue,
        ["Kolmogorov-Smirnov, greater, Hodges"] = random => OneSidedKolmogorovSmirnov.Asymptotic(Normal(random, 90), Normal(random, 80), Alternative.Greater).PValue,
        ["Mann-Whitney, exact"] = random => MannWhitney.Test(Normal(random, 7), Normal(random, 9)).PValue,
        ["Mann-Whitney, less"] = random => MannWhitney.Asymptotic(Normal(random, 30), Normal(random, 25), Alternative.Less).PValue,
        ["Mann-Whitney, ties"] = random => MannWhitney.Test(Whole(random, 30, 4), Whole(random, 25, 4)).PValue,
        ["Cramer-von Mises, exact, ties"] = random => CramerVonMises.Test(Whole(random, 5, 6), Whole(random, 5, 6)).PValue,
        ["Cramer-von Mises"] = random => CramerVonMises.Test(Normal(random, 30), Normal(random, 40)).PValue,
        ["Welch"] = random => WelchT.Test(Normal(random, 12), [.. Normal(random, 20).Select(value => 5 * value)])!.Value.PValue,
        ["Brown-Forsythe"] = random => BrownForsythe.Test(Normal(random, 40), Normal(random, 60))!.Value.PValue,
        ["Brunner-Munzel"] = random => BrunnerMunzel.Test(Normal(random, 30), [.. Normal(random, 40).Select(value => 2 * value)])!.Value.PValue,
        ["Epps-Singleton"] = random => EppsSingleton.Test(Normal(random, 60), Normal(random, 60))!.Value.PValue,
        ["chi-square"] = random => ChiSquare.Pearson(Counts(random, 400, 5), Counts(random, 300, 5), false).PValue,
        ["chi-square, Yates"] = random => ChiSquare.Pearson(Counts(random, 20, 2), Counts(random, 15, 2), true).PValue,
        ["G"] = random => ChiSquare.LikelihoodRatio(Counts(random, 400, 5), Counts(random, 300, 5)).PValue,
        ["three rows"] = random => ChiSquare.Table([Counts(random, 200, 4), Counts(random, 300, 4), Counts(random, 250, 4)]).PearsonP,
        ["goodness of fit"] = random => ChiSquare.GoodnessOfFit([1, 1, 1, 1, 1], Counts(random, 300, 5)).PValue,
        ["Fisher"] = random => Two(random, 12, 9, 0.3) is var t ? FisherExact.Test(t.A, 12 - t.A, t.B, 9 - t.B).PValue : 0,
        ["Fisher, large"] = random => Two(random, 300, 500, 0.1) is var t ? FisherExact.Test(t.A, 300 - t.A, t.B, 500 - t.B).PValue : 0,
        ["two proportions"] = random => Two(random, 700, 900, 0.4) is var t ? TwoProportions.Test(t.A, 700, t.B, 900)!.Value.PValue : 0,
        ["permutation"] = random => Permutation.Test(Whole(random, 8, 9), Whole(random, 6, 9), WeightedDistance.Energy, Plan with { Seed = (ulong)random.NextInt64() }).PValue,
        ["every deal"] = random => Permutation.Enumerate(Whole(random, 4, 9), Whole(random, 4, 9), WeightedDistance.Energy).PValue,
        ["MMD"] = random => MaximumMeanDiscrepancy.Test(Normal(random, 12), Normal(random, 16), 2, null, Plan with { Seed = (ulong)random.NextInt64() }).PValue,
        ["McNemar, exact"] = random => Discordant(random, 25) is var b ? McNemar.Exact(b, 25 - b, 100).PValue!.Value : 0,
        ["McNemar, mid-p"] = random => Discordant(random, 400) is var b ? McNemar.MidP(b, 400 - b, 1000).PValue!.Value : 0,
        ["McNemar, chi-square"] = random => Discordant(random, 900) is var b ? McNemar.Asymptotic(b, 900 - b, 2000, false).PValue!.Value : 0,
        ["McNemar, Edwards"] = random => Discordant(random, 900) is var b ? McNemar.Asymptotic(b, 900 - b, 2000, true).PValue!.Value : 0,
        ["paired t"] = random => PairedComparison.StudentT(Normal(random, 9), Normal(random, 9), 0.95).PValue!.Value,
        ["sign flips, exact"] = random => PairedComparison.Permute(Whole(random, 7, 9), Whole(random, 7, 9), Plan).TwoSided,
        ["sign flips"] = random => PairedComparison.Permute(Normal(random, 20), Normal(random, 20), Plan with { Seed = (ulong)random.NextInt64() }).TwoSided,
        ["paired bootstrap"] = random => PairedComparison.Resample(Normal(random, 60), Normal(random, 60), Plan with { Seed = (ulong)random.NextInt64() }).PValue!.Value,
        ["Wilcoxon, exact, ties"] = random => WilcoxonSignedRank.Test(Whole(random, 14, 9), Whole(random, 14, 9)).PValue!.Value,
        ["Wilcoxon"] = random => WilcoxonSignedRank.Test(Normal(random, 60), Normal(random, 60)).PValue!.Value,
        ["DeLong"] = DeLong,
    };

    // By a limit law, in whole or in part.
    private static readonly HashSet<string> ByLimit = ["Kolmogorov-Smirnov, greater, Hodges", "Mann-Whitney, less", "Mann-Whitney, ties", "Cramer-von Mises", "Welch", "Brown-Forsythe", "Brunner-Munzel", "Epps-Singleton",
        "chi-square", "chi-square, Yates", "G", "three rows", "goodness of fit", "two proportions", "McNemar, mid-p", "McNemar, chi-square", "McNemar, Edwards", "paired bootstrap", "Wilcoxon", "DeLong"];

    // Continuous statistics, or steps finer than what is measured here.
    private static readonly HashSet<string> Continuous = ["Welch", "Brown-Forsythe", "Brunner-Munzel", "Epps-Singleton", "Cramer-von Mises", "paired t", "DeLong", "chi-square", "G", "three rows", "goodness of fit", "Wilcoxon", "sign flips", "MMD"];

    public static TheoryData<string> Names => [.. Methods.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void PValues_WithoutChange_AreNoSmallerThanUniform(string name)
    {
        var found = Draw(name);
        var slack = ByLimit.Contains(name) ? Limit : 0;
        for (var at = 0; at < Rounds; at++)
        {
            Assert.InRange(found[at], 0, 1);
            Assert.True((at + 1.0) / Rounds - found[at] < Above + slack, $"{at + 1} of {Rounds} p-values are at most {found[at]}");
            if (Continuous.Contains(name)) Assert.True(found[at] - (double)at / Rounds < Aside + slack + (name is "MMD" or "sign flips" ? 0.02 : 0), $"only {at} of {Rounds} p-values are below {found[at]}");
        }
    }

    // Between its ends of 0.001 and 0.25 the interpolated p-value is the rate: at four levels, Hoeffding's 0.059 and the interpolation's own 0.01.
    [Fact]
    public void AndersonDarling_WithoutChange_RejectsAtItsRate()
    {
        var random = new Random(1);
        double[] found = [.. Enumerable.Range(0, Rounds).Select(_ => AndersonDarling.Test(Normal(random, 30), Normal(random, 40))!.Value.PValue)];
        foreach (var level in (double[])[0.01, 0.05, 0.1, 0.2])
            Assert.InRange(found.Count(p => p <= level) / (double)Rounds - level, -Aside - 0.01, Above + 0.01);
        Assert.All(found, p => Assert.InRange(p, 0.001, 0.25));
    }

    // Any rejection at 10 % among ten true hypotheses: at most 10 %, plus 0.059 by Hoeffding with a probability below 1e-6.
    [Fact]
    public void Corrections_OfTrueHypotheses_RejectAnyAtTheirRate()
    {
        var random = new Random(2);
        var any = Enum.GetValues<Correction>().ToDictionary(correction => correction, _ => 0);
        for (var round = 0; round < Rounds; round++)
        {
            double[] p = [.. Enumerable.Range(0, 10).Select(_ => random.NextDouble())];
            foreach (var correction in any.Keys) any[correction] += MultipleTesting.Adjust(p, correction).Min() <= 0.1 ? 1 : 0;
        }
        Assert.InRange(any[Correction.None] / (double)Rounds, 1 - Math.Pow(0.9, 10) - Aside, 1);
        Assert.All(any.Where(pair => pair.Key != Correction.None), pair => Assert.InRange(pair.Value / (double)Rounds, 0, 0.1 + Above));
    }

    private static double[] Draw(string name)
    {
        // A seed of the name's own, and the same in every run.
        var random = new Random(name.Aggregate(17, (seed, letter) => unchecked(seed * 31 + letter)));
        return [.. Enumerable.Range(0, Rounds).Select(_ => Methods[name](random)).Order()];
    }

    private static double DeLong(Random random)
    {
        bool[] labels = [.. Enumerable.Range(0, 100).Select(at => at % 2 == 0)];
        double[] Scores() => [.. labels.Select(label => random.NextDouble() + (label ? 0.2 : 0))];
        return AucComparison.Compare(labels, Scores(), Scores(), 0.95).PValue!.Value;
    }

    private static (long A, long B) Two(Random random, int n, int m, double share) => (Binomial(random, n, share), Binomial(random, m, share));

    private static int Discordant(Random random, int n) => Binomial(random, n, 0.5);

    private static int Binomial(Random random, int n, double share) => Enumerable.Range(0, n).Count(_ => random.NextDouble() < share);

    private static double[] Counts(Random random, int rows, int cells)
    {
        var counts = new double[cells];
        for (var i = 0; i < rows; i++) counts[random.Next(cells)]++;
        return counts;
    }

    private static double[] Whole(Random random, int count, int values) => [.. Enumerable.Range(0, count).Select(_ => (double)random.Next(values))];

    private static double[] Normal(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
}
