using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Drift;

/// <summary>Infinite and missing values have one outcome everywhere: an ArgumentException, before anything is computed.</summary>
public sealed class RefusalTests
{
    private static readonly ResamplingPlan Plan = new(9, 1, 0.95, 1);

    private static readonly Action<double[], double[]>[] Methods =
    [
        (x, y) => KolmogorovSmirnov.Test(x, y), (x, y) => OneSidedKolmogorovSmirnov.Test(x, y, Alternative.Less), (x, y) => OneSidedKolmogorovSmirnov.Asymptotic(x, y, Alternative.Greater),
        (x, y) => MannWhitney.Test(x, y), (x, y) => MannWhitney.Exact(x, y), (x, y) => MannWhitney.Asymptotic(x, y), (x, y) => CramerVonMises.Test(x, y), (x, y) => CramerVonMises.Asymptotic(x, y),
        (x, y) => AndersonDarling.Test(x, y), (x, y) => AndersonDarling.Test([x, y], true), (x, y) => WelchT.Test(x, y), (x, y) => WelchT.Difference(x, y, 0.9), (x, y) => BrownForsythe.Test(x, y),
        (x, y) => BrunnerMunzel.Test(x, y), (x, y) => EppsSingleton.Test(x, y), (x, y) => Permutation.Test(x, y, WeightedDistance.Energy, Plan), (x, y) => Permutation.Enumerate(x, y, WeightedDistance.Energy),
        (x, y) => MaximumMeanDiscrepancy.Test(x, y, 1, null, Plan), (x, y) => Wasserstein.Distance(x, y), (x, y) => Wasserstein.Normalised(x, y, 1), (x, y) => WeightedDistance.Energy(x, y),
        (x, y) => WeightedDistance.Wasserstein(x, y, [], []), (x, y) => WilcoxonSignedRank.Test(x, y), (x, y) => PairedComparison.StudentT(x, y, 0.9), (x, y) => PairedComparison.Permute(x, y, Plan),
        (x, y) => PairedComparison.Resample(x, y, Plan),
        // Of counts the same holds.
        (x, y) => ChiSquare.Pearson(x, y, false), (x, y) => ChiSquare.LikelihoodRatio(x, y), (x, y) => ChiSquare.GoodnessOfFit(x, y), (x, y) => ChiSquare.Table([x, y]), (x, y) => Divergence.PopulationStability(x, y),
        (x, y) => Divergence.JensenShannon(x, y), (x, y) => Divergence.KullbackLeibler(x, y), (x, y) => Divergence.Hellinger(x, y), (x, y) => Divergence.TotalVariation(x, y),
    ];

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Methods_OfNoNumber_AreRefused(double value)
    {
        Assert.All(Methods, method => Assert.Throws<ArgumentException>(() => method([1, value, 2], [1, 2, 3])));
        Assert.All(Methods, method => Assert.Throws<ArgumentException>(() => method([1, 2, 3], [1, 2, value])));
    }

    [Fact]
    public void Tables_OfNegativeOrNoCounts_AreRefused()
    {
        Assert.All(Methods[^9..], method => Assert.Throws<ArgumentException>(() => method([1, -1], [1, 2])));
        Assert.All(Methods[^9..], method => Assert.Throws<ArgumentException>(() => method([0, 0], [1, 2])));
        Assert.All(Methods[^9..], method => Assert.Throws<ArgumentException>(() => method([1, 2, 3], [1, 2])));
        Assert.Throws<ArgumentException>(() => FisherExact.Test(1, -1, 2, 3));
        Assert.Throws<ArgumentException>(() => FisherExact.Test(0, 0, 2, 3));
        Assert.Throws<ArgumentException>(() => TwoProportions.Test(3, 2, 1, 2));
        Assert.Throws<ArgumentException>(() => OneSidedKolmogorovSmirnov.Test([1], [2], Alternative.TwoSided));
        Assert.Throws<ArgumentException>(() => Permutation.Enumerate(new double[40], new double[40], WeightedDistance.Energy));
        Assert.Throws<ArgumentException>(() => StudentLaw.TwoSided(double.NaN, 3));
        Assert.Throws<ArgumentException>(() => Intervals.ClopperPearson(3, 2, 0.9));
    }
}
