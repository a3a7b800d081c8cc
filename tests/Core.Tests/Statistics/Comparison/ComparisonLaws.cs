using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Comparison;

public sealed class ComparisonLaws
{
    private static (bool[] Labels, double[] First, double[] Second) Data(int n, int seed)
    {
        var random = new Random(seed);
        bool[] labels = [.. Enumerable.Range(0, n).Select(_ => random.Next(2) == 1)];
        return (labels, [.. labels.Select(l => random.NextDouble() + (l ? 0.3 : 0))], [.. labels.Select(l => random.NextDouble() + (l ? 0.1 : 0))]);
    }

    [Fact]
    public void DeLong_ModelsExchanged_ChangesTheSignOnly()
    {
        var (labels, first, second) = Data(200, 1);
        var one = AucComparison.Compare(labels, first, second, 0.95);
        var other = AucComparison.Compare(labels, second, first, 0.95);
        Assert.Equal(one.Statistic!.Value, -other.Statistic!.Value, 1e-12);
        Assert.Equal(one.PValue!.Value, other.PValue!.Value, 1e-12);
        Assert.True(one.Interval!.Value.Contains(one.Difference!.Value));
    }

    [Fact]
    public void DeLong_ModelAgainstItself_IsNoDifference()
    {
        var (labels, first, _) = Data(50, 2);
        Assert.Equal(1, AucComparison.Compare(labels, first, first, 0.95).PValue);
    }

    [Fact]
    public void DeLong_UnderTheNull_RejectsAtItsRate()
    {
        // 1,000 studies at 5 %: more than 90 rejections has probability below 1e-6 under the nominal rate.
        var rejected = Enumerable.Range(0, 1000).Count(seed =>
        {
            var random = new Random(seed);
            bool[] labels = [.. Enumerable.Range(0, 100).Select(i => i % 2 == 0)];
            double[] Scores() => [.. labels.Select(l => random.NextDouble() + (l ? 0.2 : 0))];
            return AucComparison.Compare(labels, Scores(), Scores(), 0.95).PValue < 0.05;
        });
        Assert.InRange(rejected, 15, 90);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Resampling_WhateverTheThreads_GivesTheSameFigures(int threads)
    {
        var (_, first, second) = Data(60, 3);
        var plan = ResamplingPlan.Default with { Threads = threads };
        Assert.Equal(PairedComparison.Permute(first, second, ResamplingPlan.Default), PairedComparison.Permute(first, second, plan));
        Assert.Equal(PairedComparison.Resample(first, second, ResamplingPlan.Default), PairedComparison.Resample(first, second, plan));
    }

    [Fact]
    public void Permute_Sampled_ComesNearTheExactP()
    {
        var (_, first, second) = Data(16, 4);
        var exact = PairedComparison.Permute(first, second, ResamplingPlan.Default);
        // Each row again with no difference: flips that change no sum, so the exact p stays, and sampling must find it.
        var sampled = PairedComparison.Permute([.. first, .. second], [.. second, .. second], ResamplingPlan.Default with { Replicates = 20_000 });
        Assert.Equal(ComparisonMethod.PermutationSampled, sampled.Method);
        Assert.Equal(exact.Less, sampled.Less, 0.02);
    }

    [Fact]
    public void McNemar_AtAMillionPairs_MeetsTheNormalLimit()
    {
        var (exact, asymptotic) = (McNemar.MidP(499_000, 501_000, 1_000_000), McNemar.Asymptotic(499_000, 501_000, 1_000_000, false));
        Assert.Equal(asymptotic.PValue!.Value, exact.PValue!.Value, 1e-6);
    }

    [Fact]
    public void Comparison_TooFewRows_HasNoP()
    {
        Assert.Null(PairedComparison.StudentT([1], [0], 0.95).PValue);
        Assert.Null(PairedComparison.Resample([], [], ResamplingPlan.Default).PValue);
        Assert.Null(AucComparison.Compare([true, false], [1, 0], [0, 1], 0.95).PValue);
        Assert.Throws<ArgumentException>(() => PairedComparison.Permute([], [], ResamplingPlan.Default));
        Assert.Throws<ArgumentException>(() => PairedComparison.StudentT([double.NaN], [0], 0.95));
    }
}
