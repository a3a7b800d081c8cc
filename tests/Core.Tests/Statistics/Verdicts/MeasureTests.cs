using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Verdicts;

public sealed class MeasureTests
{
    private static readonly FeatureColumn Many = FeatureColumn.OfNumbers([.. Enumerable.Range(0, 1000).Select(i => (double)i)]);
    private static readonly FeatureColumn Few = FeatureColumn.OfNumbers([.. Enumerable.Range(0, 1000).Select(i => (double)(i % 3))]);
    private static readonly FeatureColumn Colours = FeatureColumn.OfCounts([new("red", 70), new("blue", 30)], 0);

    [Fact]
    public void Auto_ChoosesByTypeAndCardinality() =>
        Assert.Equal([DriftMethod.KolmogorovSmirnov, DriftMethod.ChiSquare, DriftMethod.ChiSquare],
            new[] { Many, Few, Colours }.Select(column => Measure.Choose(DriftMethod.Auto, column)));

    [Fact]
    public void Feature_WhoseSidesCannotBeCompared_SaysWhy()
    {
        var missing = FeatureColumn.OfNumbers([double.NaN, double.PositiveInfinity]);
        Assert.Equal("The type changed: numbers in the reference, labels now.", Why(Many, Colours));
        Assert.Equal("The type changed: labels in the reference, numbers now.", Why(Colours, Many));
        Assert.Equal("All values of the reference are missing.", Why(missing, Many));
        Assert.Equal("All values of the window are missing.", Why(Many, missing));
        Assert.Equal("All values of the window are missing.", Why(Colours, FeatureColumn.OfLabels([null])));
        Assert.Equal("The reference is constant.", Why(FeatureColumn.OfNumbers([2, 2, 2]), Many));
        Assert.Equal("The reference is constant.", Why(FeatureColumn.OfLabels(["a", "a"]), Colours));
        Assert.Equal("Wasserstein compares numbers; the feature has labels.", Why(Colours, Colours, DriftMethod.Wasserstein));
        var ids = FeatureColumn.OfLabels(Enumerable.Range(0, 1000).Select(i => $"id{i}"));
        Assert.StartsWith("The reference's labels are nearly all different", Why(ids, Colours), StringComparison.Ordinal);
    }

    [Fact]
    public void Feature_OfAnEmptyWindow_LacksData()
    {
        var measured = Measure.Feature("a", null, Many, FeatureColumn.OfNumbers([]), DriftMethod.Auto);
        Assert.Equal((null, null), (measured.Test, measured.NotComparable));
        Assert.Equal(DriftVerdict.NotEnoughData, Judge.Scan([measured], DriftRule.Default).Verdict);
    }

    [Fact]
    public void Feature_WithMissingValues_IsMeasuredOnTheOthers()
    {
        double[] values = [.. Enumerable.Range(0, 100).Select(i => i * 7.0 % 100)];
        double[] withMissing = [double.NaN, .. values, double.NegativeInfinity];
        var column = FeatureColumn.OfNumbers(withMissing);
        Assert.Equal((100, 2), (column.Size, column.Missing));
        Assert.Equal(
            Measure.Feature("a", null, Many, FeatureColumn.OfNumbers(values), DriftMethod.Auto),
            Measure.Feature("a", null, Many, column, DriftMethod.Auto));
    }

    // A label that the reference lacks has an expectation of zero there: many rules divide by it.
    [Fact]
    public void Feature_WithAnUnseenLabel_DriftsByHowOftenItOccursOnly()
    {
        FeatureColumn reference = FeatureColumn.OfCounts([new("red", 14_000), new("blue", 6_000)], 0);
        DriftVerdict With(long unseen) => Judge.Scan([Measure.Feature("a", null, reference,
            FeatureColumn.OfCounts([new("red", 700), new("blue", 300), new("green", unseen)], 0), DriftMethod.Auto)], DriftRule.Default).Verdict;
        Assert.Equal((DriftVerdict.Stable, DriftVerdict.Drifted), (With(1), With(100)));
    }

    // By hand: of the C(8, 4) = 70 deals of 4 + 4 rows to two sides of 4.
    [Theory]
    [InlineData(DriftMethod.ChiSquare)]
    [InlineData(DriftMethod.LikelihoodRatio)]
    [InlineData(DriftMethod.PopulationStability)]
    [InlineData(DriftMethod.JensenShannon)]
    [InlineData(DriftMethod.Hellinger)]
    [InlineData(DriftMethod.TotalVariation)]
    public void SmallTable_HasThePermutationPValue(DriftMethod method)
    {
        var test = Measure.Feature("a", null, FeatureColumn.OfCounts([new("x", 3), new("y", 1)], 0), FeatureColumn.OfCounts([new("x", 1), new("y", 3)], 0), method).Test!.Value;
        // As far or farther from half: 2 (C(4,3) C(4,1) + 1) = 34 of 70. Four standard deviations at 50 exceedances: 41 %.
        Assert.InRange(test.PValue, 34.0 / 70 * 0.59, 34.0 / 70 * 1.41);
        Assert.Equal(TestMethod.Permutation, test.Method);
    }

    [Theory]
    [InlineData(1e308)]
    [InlineData(1e-308)]
    public void Feature_OfExtremeNumbers_HasFiniteFigures(double unit)
    {
        double[] values = [.. Enumerable.Range(-50, 100).Select(i => i / 50.0 * unit)];
        foreach (var method in Enum.GetValues<DriftMethod>())
        {
            var test = Measure.Feature("a", null, FeatureColumn.OfNumbers(values), FeatureColumn.OfNumbers([.. values.Select(v => v / 2)]), method).Test!.Value;
            Assert.True(double.IsFinite(test.Statistic) && double.IsFinite(test.Effect) && test.PValue is >= 0 and < 0.05, $"{method}: {test}");
        }
    }

    [Fact]
    public void Column_OfWhatIsNoColumn_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => FeatureColumn.OfCounts([new("a", -1)], 0));
        Assert.Throws<ArgumentException>(() => FeatureColumn.OfSorted(new[] { double.NaN, 1 }, 0));
        Assert.Throws<ArgumentException>(() => Judge.Scan([], DriftRule.Default with { FalseAlarmRate = 1.5 }));
    }

    // Ids in the window only are a change; 950 of 1,000 rows are labels that the reference lacks.
    [Fact]
    public void Feature_WhoseLabelsTurnIntoIds_Drifts()
    {
        var ids = FeatureColumn.OfLabels(Enumerable.Range(0, 1000).Select(i => i < 50 ? "red" : $"id{i}"));
        var scan = Judge.Scan([Measure.Feature("a", null, FeatureColumn.OfCounts([new("red", 700), new("blue", 300)], 0), ids, DriftMethod.Auto)], DriftRule.Default);
        Assert.Equal(DriftVerdict.Drifted, scan.Verdict);
    }

    private static string? Why(FeatureColumn reference, FeatureColumn current, DriftMethod method = DriftMethod.Auto) =>
        Measure.Feature("a", null, reference, current, method).NotComparable;
}
