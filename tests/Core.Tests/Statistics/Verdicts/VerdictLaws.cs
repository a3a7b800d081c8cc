using FsCheck.Xunit;
using Serverless.Core.Statistics;
using TestResult = Serverless.Core.Statistics.TestResult;

namespace Serverless.Core.Tests.Statistics.Verdicts;

public sealed class VerdictLaws
{
    [Property(MaxTest = 50)]
    public void Scan_InAnotherOrder_GivesTheSameVerdicts(int seed)
    {
        var random = new Random(seed);
        FeatureMeasurement[] features = [.. Enumerable.Range(0, 12).Select(i => new FeatureMeasurement($"f{i}", null, DriftMethod.Auto,
            random.Next(6) == 0 ? null : new TestResult(0, Math.Pow(random.NextDouble(), 4), random.Next(10, 90), 1000, TestMethod.Exact, random.NextDouble() / 10),
            random.Next(8) == 0 ? "No." : null))];
        var shuffled = features.ToArray();
        random.Shuffle(shuffled);
        var (one, other) = (Judge.Scan(features, DriftRule.Default), Judge.Scan(shuffled, DriftRule.Default));
        Assert.Equal(one.Verdict, other.Verdict);
        Assert.Equal(one.Features.OrderBy(f => f.Measurement.Feature), other.Features.OrderBy(f => f.Measurement.Feature));
    }

    [Property(MaxTest = 10)]
    public void Measurement_InAnotherUnit_IsTheSame(int seed)
    {
        var random = new Random(seed);
        double[] reference = Numbers(random, 300, 0), current = Numbers(random, 150, random.NextDouble());
        // A power of two scales without rounding.
        static FeatureColumn Column(double[] values, double unit) => FeatureColumn.OfNumbers([.. values.Select(v => v * unit)]);
        foreach (var method in Enum.GetValues<DriftMethod>())
            Assert.Equal(
                Measure.Feature("a", null, Column(reference, 1), Column(current, 1), method),
                Measure.Feature("a", null, Column(reference, 0.125), Column(current, 0.125), method));
    }

    [Property(MaxTest = 10)]
    public void EqualSides_NeverDrift(int seed)
    {
        var random = new Random(seed);
        var column = FeatureColumn.OfNumbers(Numbers(random, 30 + random.Next(400), 0));
        foreach (var method in Enum.GetValues<DriftMethod>())
        {
            var measured = Measure.Feature("a", null, column, column, method);
            Assert.Equal((1, 0), (measured.Test!.Value.PValue, measured.Test.Value.Effect));
            Assert.Equal(DriftVerdict.Stable, Judge.Scan([measured], DriftRule.Default).Verdict);
        }
    }

    [Property(MaxTest = 2)]
    public void Effect_OfALargerShift_IsNotSmaller(int seed)
    {
        var random = new Random(seed);
        double[] reference = Numbers(random, 2000, 0), current = Numbers(random, 2000, 0);
        foreach (var method in Enum.GetValues<DriftMethod>())
        {
            TestResult Moved(double by) => Measure.Feature("a", null, FeatureColumn.OfNumbers(reference),
                FeatureColumn.OfNumbers([.. current.Select(v => v + by)]), method).Test!.Value;
            TestResult[] results = [.. new[] { 0.2, 0.6, 1.2, 2.4 }.Select(Moved)];
            for (var i = 1; i < results.Length; i++)
                Assert.True(results[i].Effect > results[i - 1].Effect && results[i].PValue <= results[i - 1].PValue, $"{method} at {i}");
        }
    }

    [Property]
    public void Corrections_AreOrderedByTheirCaution(int seed)
    {
        var random = new Random(seed);
        double[] p = [.. Enumerable.Range(0, 1 + random.Next(40)).Select(_ => Math.Pow(random.NextDouble(), 3))];
        double[] Adjusted(Correction correction) => MultipleTesting.Adjust(p, correction);
        var all = Enum.GetValues<Correction>().ToDictionary(c => c, Adjusted);
        for (var i = 0; i < p.Length; i++)
        {
            Assert.True(p[i] <= all[Correction.BenjaminiHochberg][i]);
            Assert.True(all[Correction.BenjaminiHochberg][i] <= all[Correction.BenjaminiYekutieli][i]);
            Assert.True(all[Correction.BenjaminiHochberg][i] <= all[Correction.Holm][i] + 1e-15);
            Assert.True(all[Correction.Holm][i] <= all[Correction.Bonferroni][i]);
            foreach (var j in Enumerable.Range(0, p.Length).Where(j => p[j] >= p[i]))
                Assert.All(all.Values, adjusted => Assert.True(adjusted[j] >= adjusted[i])); // order is kept
        }
    }

    private static double[] Numbers(Random random, int count, double mean) =>
        [.. Enumerable.Range(0, count).Select(_ => mean + Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
}
