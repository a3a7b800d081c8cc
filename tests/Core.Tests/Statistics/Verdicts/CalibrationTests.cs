using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Verdicts;

/// <summary>p-values without drift: at most a share a of them is at or below a.</summary>
public sealed class CalibrationTests
{
    public static TheoryData<DriftMethod, int> Cases => new(
        from method in Enum.GetValues<DriftMethod>()
        from size in new[] { 40, 120 }
        select (method, size));

    // 500 windows; each limit is exceeded with a probability below 1e-7 (binomial).
    [Theory, MemberData(nameof(Cases))]
    public void PValue_OfCleanNumbers_IsSuperUniform(DriftMethod method, int size)
    {
        var random = new Random((int)method * 1000 + size);
        var p = PValues(500, () => FeatureColumn.OfNumbers(Numbers(random, 300)), () => FeatureColumn.OfNumbers(Numbers(random, size)), method);
        Super(p, 0.01, 21);
        Super(p, 0.1, 88);
        Super(p, 0.5, 310);
    }

    // Zipf's law over 30 labels: most cells are too sparse for any limit law.
    [Theory]
    [InlineData(DriftMethod.ChiSquare)]
    [InlineData(DriftMethod.LikelihoodRatio)]
    [InlineData(DriftMethod.PopulationStability)]
    [InlineData(DriftMethod.JensenShannon)]
    [InlineData(DriftMethod.Hellinger)]
    [InlineData(DriftMethod.TotalVariation)]
    public void PValue_OfCleanSparseLabels_IsSuperUniform(DriftMethod method)
    {
        var random = new Random(7 + (int)method);
        FeatureColumn Labels(int rows) => FeatureColumn.OfLabels(Enumerable.Range(0, rows).Select(_ => $"{(int)Math.Exp(random.NextDouble() * Math.Log(30))}"));
        var p = PValues(500, () => Labels(400), () => Labels(80), method);
        Super(p, 0.01, 21);
        Super(p, 0.1, 88);
        Super(p, 0.5, 310);
        Assert.InRange(p.Count(value => value <= 0.1), 20, 88); // and no needless caution
    }

    // Cauchy's law has no variance: one far value decides, and no limit law with a finite one holds.
    [Fact]
    public void Wasserstein_OfCleanHeavyTails_IsSuperUniform()
    {
        var random = new Random(11);
        FeatureColumn Cauchy(int rows) => FeatureColumn.OfNumbers([.. Enumerable.Range(0, rows).Select(_ => Math.Tan(Math.PI * (random.NextDouble() - 0.5)))]);
        var p = PValues(500, () => Cauchy(3000), () => Cauchy(200), DriftMethod.Wasserstein);
        Super(p, 0.01, 21);
        Super(p, 0.1, 88);
        Super(p, 0.5, 310);
    }

    // Beyond the draws' resolution the p-value must go on falling, or a feature among a thousand could never drift.
    [Theory, MemberData(nameof(Cases))]
    public void PValue_OfAGrossShift_IsFarBelowTheDrawsResolution(DriftMethod method, int size)
    {
        var random = new Random(3);
        double[] moved = [.. Numbers(random, size).Select(x => x + 3)];
        var p = PValues(1, () => FeatureColumn.OfNumbers(Numbers(random, 300)), () => FeatureColumn.OfNumbers(moved), method)[0];
        Assert.InRange(p, 0, 1e-9);
    }

    private static double[] PValues(int windows, Func<FeatureColumn> reference, Func<FeatureColumn> current, DriftMethod method) =>
        [.. Enumerable.Range(0, windows).Select(_ => Measure.Feature("a", null, reference(), current(), method).Test!.Value.PValue)];

    private static void Super(double[] p, double level, int most) =>
        Assert.True(p.Count(value => value <= level) <= most, $"{p.Count(value => value <= level)} of {p.Length} at or below {level}");

    private static double[] Numbers(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
}
