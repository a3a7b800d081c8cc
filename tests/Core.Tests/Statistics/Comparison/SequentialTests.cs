using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Comparison;

/// <summary>A look after every observation keeps the error rate. Of 2,000 runs at α = 5 % more than 150 wrong ones has probability below 1e-6.</summary>
public sealed class SequentialTests
{
    private const int Runs = 2000, Looks = 500, MostWrong = 150;

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.1)]
    [InlineData(0.95)]
    public void BoundedMean_LookedAtAlways_HoldsTheMean(double p)
    {
        var wrong = Enumerable.Range(0, Runs).Count(seed =>
        {
            var (random, state, missed) = (new Random(seed), default(BoundedMeanState), false);
            for (var i = 0; i < Looks && !missed; i++)
            {
                BoundedMean.Observe(ref state, [random.NextDouble() < p ? 1 : 0], BoundedMeanLimits.Proportion);
                missed = !BoundedMean.Interval(state, BoundedMeanLimits.Proportion).Contains(p);
            }
            return missed;
        });
        Assert.InRange(wrong, 0, MostWrong);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.05)]
    public void SequentialProportion_LookedAtAlways_RejectsTheTruthRarely(double p)
    {
        var wrong = Enumerable.Range(0, Runs).Count(seed =>
        {
            var (random, hits) = (new Random(seed), 0);
            for (var i = 1; i <= Looks; i++)
            {
                hits += random.NextDouble() < p ? 1 : 0;
                if (SequentialProportion.PValue(hits, i - hits, p) <= 0.05)
                    return true;
            }
            return false;
        });
        Assert.InRange(wrong, 0, MostWrong);
    }

    [Fact]
    public void NormalMixture_LookedAtAlways_RejectsTheTruthRarely_WherePlainTestsDoNot()
    {
        int mixture = 0, plain = 0;
        for (var seed = 0; seed < Runs; seed++)
        {
            var (random, sum, early, naive) = (new Random(seed), 0.0, false, false);
            for (var i = 1; i <= Looks; i++)
            {
                sum += Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                early |= NormalMixture.PValue(sum / i, 1 / Math.Sqrt(i), 0.2) <= 0.05;
                naive |= Math.Abs(sum) > 1.96 * Math.Sqrt(i);
            }
            mixture += early ? 1 : 0;
            plain += naive ? 1 : 0;
        }
        Assert.InRange(mixture, 0, MostWrong);
        Assert.InRange(plain, 600, Runs);
    }

    // Exact: the likelihood ratio's expectation under the hypothesis is 1 after any number of rows, by the binomial law itself. Ville's inequality needs no more.
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.03)]
    [InlineData(0.9)]
    public void SequentialProportion_UnderTheHypothesis_HasAnExpectationOfOne(double p)
    {
        for (var n = 0; n <= 60; n++)
        {
            double chance = Math.Pow(1 - p, n), mean = 0;
            for (var k = 0; k <= n; k++)
            {
                mean += chance * Math.Exp(SequentialProportion.LogEvidence(k, n - k, p));
                chance *= p / (1 - p) * (n - k) / (k + 1);
            }
            Assert.Equal(1, mean, 1e-9);
        }
    }

    // Exact but for the integral: by Simpson's rule over ±40 deviations.
    [Theory]
    [InlineData(0.1, 0.5)]
    [InlineData(1, 0.2)]
    public void NormalMixture_UnderTheHypothesis_HasAnExpectationOfOne(double error, double effect)
    {
        const int Steps = 20_000;
        var sum = 0.0;
        for (var i = 0; i <= Steps; i++)
        {
            var z = -40 + 80.0 * i / Steps;
            sum += (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(NormalMixture.LogEvidence(z * error, error, effect) - z * z / 2);
        }
        Assert.Equal(1, sum * 80 / Steps / 3 / Math.Sqrt(2 * Math.PI), 1e-9);
    }

    // Two models that err equally often, read after every row; 2,000 runs as above.
    [Fact]
    public void McNemar_LookedAtAlways_RejectsEqualsRarely()
    {
        var wrong = Enumerable.Range(0, Runs).Count(seed =>
        {
            var (random, first) = (new Random(seed + 7), 0);
            for (var i = 1; i <= Looks; i++)
            {
                first += random.Next(2);
                if (SequentialProportion.McNemar(first, i - first) <= 0.05) return true;
            }
            return false;
        });
        Assert.InRange(wrong, 0, MostWrong);
    }

    // The interval of a sequence is what its p does not refute, either model first, and more rows of the same share narrow it.
    [Fact]
    public void Sequences_AreSymmetricAndNarrow()
    {
        Assert.Equal(SequentialProportion.McNemar(3, 11), SequentialProportion.McNemar(11, 3), 1e-12);
        var (few, many, mirror) = (SequentialProportion.Interval(30, 70, 0.05), SequentialProportion.Interval(300, 700, 0.05), SequentialProportion.Interval(70, 30, 0.05));
        Assert.True(many.High - many.Low < few.High - few.Low && few.Low < many.Low && many.High < few.High);
        Assert.Equal(few.Low, 1 - mirror.High, 1e-12);
        Assert.True(NormalMixture.PValue(0.5, 0.1, 0.2) < NormalMixture.PValue(0.4, 0.1, 0.2) && NormalMixture.PValue(0.4, 0.1, 0.2) == NormalMixture.PValue(-0.4, 0.1, 0.2));
    }

    [Fact]
    public void BoundedMean_PairedModels_FindsARealDifference()
    {
        var (random, state, rows) = (new Random(5), default(BoundedMeanState), 0);
        while (rows < 20_000 && BoundedMean.Interval(state, BoundedMeanLimits.Paired).Low <= 0)
        {
            var (first, second) = (random.NextDouble() < 0.85 ? 1 : 0, random.NextDouble() < 0.75 ? 1 : 0);
            BoundedMean.Observe(ref state, [first - second], BoundedMeanLimits.Paired);
            rows++;
        }
        Assert.InRange(rows, 100, 3000);
    }

    [Fact]
    public void BoundedMean_InPieces_EqualsInOne()
    {
        double[] values = [.. Enumerable.Range(0, 100).Select(i => i * 37 % 11 / 11.0)];
        BoundedMeanState whole = default, pieces = default;
        BoundedMean.Observe(ref whole, values, BoundedMeanLimits.Proportion);
        BoundedMean.Observe(ref pieces, values.AsSpan(0, 33), BoundedMeanLimits.Proportion);
        BoundedMean.Observe(ref pieces, values.AsSpan(33), BoundedMeanLimits.Proportion);
        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void SequentialProportion_ByHand_IsTheBetaIntegral()
    {
        // 3 of 3: ∫p³dp = 1/4 against 1/8 at p₀ = ½, so Λ = 2.
        Assert.Equal(0.5, SequentialProportion.PValue(3, 0, 0.5), 1e-14);
        // 10 of 10: 2^10 / 11.
        Assert.Equal(11.0 / 1024, SequentialProportion.McNemar(10, 0), 1e-14);
        Assert.Equal(1, SequentialProportion.PValue(0, 0, 0.5));
    }

    [Fact]
    public void NormalMixture_Interval_EndsWherePMeetsAlpha()
    {
        var interval = NormalMixture.Interval(1.0, 0.3, 0.5, 0.05);
        Assert.Equal(0.05, NormalMixture.PValue(1.0 - interval.Low, 0.3, 0.5), 1e-12);
        var proportion = SequentialProportion.Interval(30, 70, 0.05);
        Assert.Equal(0.05, SequentialProportion.PValue(30, 70, proportion.Low), 1e-9);
        Assert.Equal(0.05, SequentialProportion.PValue(30, 70, proportion.High), 1e-9);
    }

    [Fact]
    public void Sequential_OutsideItsRange_IsRefused()
    {
        var state = default(BoundedMeanState);
        Assert.Throws<ArgumentException>(() => BoundedMean.Observe(ref state, [2], BoundedMeanLimits.Proportion));
        Assert.Throws<ArgumentException>(() => BoundedMean.Observe(ref state, [double.NaN], BoundedMeanLimits.Proportion));
        Assert.Throws<ArgumentException>(() => SequentialProportion.PValue(-1, 0, 0.5));
        Assert.Throws<ArgumentException>(() => NormalMixture.PValue(0, 0, 1));
        Assert.Equal(0, BoundedMean.Interval(state, BoundedMeanLimits.Proportion).Low);
    }
}
