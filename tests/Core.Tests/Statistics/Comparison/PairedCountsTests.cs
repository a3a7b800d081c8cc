using FsCheck.Xunit;
using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Comparison;

public sealed class PairedCountsTests
{
    [Fact]
    public void Text_OfCounts_Ends() => Assert.Contains("Better = 1, Same = 2, Worse = 3", new PairedCounts(1, 2, 3).ToString());

    [Property(MaxTest = 300, EndSize = 1_000_000)]
    public void Evidence_OfCounts_IsTheAverageOfTheBetsRowByRow(int seed)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, random.Next(1, 200)).Select(_ => random.Next(3) - 1).ToArray();
        var bound = random.NextDouble() * 1.6 - 0.8;
        var counts = new PairedCounts(rows.LongCount(d => d > 0), rows.LongCount(d => d == 0), rows.LongCount(d => d < 0));
        var wealth = Enumerable.Range(1, 10).Select(k => rows.Aggregate(1.0, (wealth, d) => wealth * (1 + Math.Pow(2, -k) / (1 + bound) * (d - bound)))).Average();
        Assert.Equal(Math.Log(wealth), counts.LogEvidenceAbove(bound), 8);
    }

    [Property(MaxTest = 300, EndSize = 1_000_000)]
    public void Interval_OfCounts_AgreesWithWhatIsShown(int seed)
    {
        var random = new Random(seed);
        var counts = new PairedCounts(random.Next(500), random.Next(5_000), random.Next(500));
        var interval = counts.Interval(0.05);
        Assert.InRange(counts.Difference ?? 0, interval.Low, interval.High);
        foreach (var bound in (double[])[-0.05, -0.01, 0, 0.01, 0.05])
        {
            if (Math.Abs(bound - interval.Low) > 1e-9) Assert.Equal(interval.Low > bound, counts.ShowsAbove(bound, 0.05));
            if (Math.Abs(bound - interval.High) > 1e-9) Assert.Equal(interval.High < bound, counts.ShowsBelow(bound, 0.05));
        }
    }

    [Fact]
    public void ShowsAbove_AtTheBoundLookedAtAfterEveryRow_ErrsAtMostHalfAlpha()
    {
        var wrong = 0;
        for (var seed = 0; seed < 1_000; seed++)
        {
            var (random, counts) = (new Random(seed), default(PairedCounts));
            for (var row = 0; row < 2_000; row++)
            {
                var u = random.NextDouble();
                counts = counts with { Better = counts.Better + (u < 0.1 ? 1 : 0), Worse = counts.Worse + (u > 0.85 ? 1 : 0), Same = counts.Same + (u is >= 0.1 and <= 0.85 ? 1 : 0) };
                if (!counts.ShowsAbove(-0.05, 0.2)) continue;
                wrong++;
                break;
            }
        }

        // 10 % of 1,000 and three standard errors.
        Assert.InRange(wrong, 1, 128);
    }
}
