using FsCheck;
using FsCheck.Xunit;
using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Profiles;

public sealed class ColumnProfileTests
{
    private static double[] Normal(int n, int seed, double shift = 0)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, n).Select(_ => shift + Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
    }

    private static ColumnProfile Of(params double[] values)
    {
        var profile = new ColumnProfile();
        profile.Add(values);
        return profile;
    }

    private static ColumnProfile Merged(params ColumnProfile[] parts)
    {
        var merged = new ColumnProfile();
        foreach (var part in parts)
            merged.Merge(part);
        return merged;
    }

    [Fact]
    public void Moments_OfOneToFive_AreThoseByHand()
    {
        // Σd² = 10, Σd³ = 0, Σd⁴ = 34; 5·34/100 − 3 = −1.3.
        var moments = Of(1, 2, 3, 4, 5).Moments;
        Assert.Equal(new Moments(5, 3, 10, 0, 34), moments);
        Assert.Equal(2.5, moments.Variance);
        Assert.Equal(-1.3, moments.ExcessKurtosis!.Value, 1e-12);
    }

    [Fact]
    public void Quantiles_UpToFourThousandValues_AreExact()
    {
        double[] values = [.. Enumerable.Range(0, 4096).Select(i => (double)(i * 1237 % 4096))];
        var sketch = Of(values).Quantiles;
        Assert.Equal(0, sketch.ErrorBound);
        for (var q = 0.01; q < 1; q += 0.01)
            Assert.Equal(Math.Ceiling(q * 4096) - 1, sketch.Quantile(q));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1e9, 1e-3)]
    [InlineData(0, 1e-310)]
    public void Quantiles_OfAMillion_StayWithinTheBound(double offset, double scale)
    {
        double[] values = [.. Normal(1_000_000, 7).Select(x => offset + scale * x)];
        var sketch = Of(values).Quantiles;
        Array.Sort(values);
        for (var q = 0.005; q < 1; q += 0.005)
        {
            var found = sketch.Quantile(q)!.Value;
            Assert.InRange(values.AsSpan().BinarySearch(found), (q - sketch.ErrorBound) * values.Length, (q + sketch.ErrorBound) * values.Length);
        }
    }

    [Fact]
    public void Quantiles_ManyStreams_HaveTheStatedStandardError()
    {
        double squares = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var error = Of([.. Enumerable.Range(0, 100_000).OrderBy(_ => random.Next()).Select(i => (double)i)]).Quantiles.Rank(49_999.5)!.Value - 0.5;
            squares += error * error;
        }
        Assert.InRange(Math.Sqrt(squares / 60), 1e-5, 0.003);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(10, 0.02)]
    [InlineData(1000, 0.05)]
    [InlineData(300_000, 0.065)]
    public void Distinct_OfKnownNumber_IsWithinFourStandardErrors(int distinct, double tolerance)
    {
        var estimate = Of([.. Enumerable.Range(0, 2 * distinct).Select(i => (double)(i % distinct))]).Distinct.Estimate;
        Assert.InRange(estimate / distinct, 1 - tolerance - 1e-3, 1 + tolerance + 1e-3);
    }

    [Fact]
    public void Frequent_AmongNoise_AreFoundWithinTheBound()
    {
        var random = new Random(3);
        double[] values = [.. Enumerable.Range(0, 200_000).Select(_ => random.Next(10) < 3 ? random.Next(3) : random.NextDouble() + 5)];
        var frequent = Of(values).Frequent;
        Assert.InRange(frequent.Error, 1, values.Length / 129);
        for (var v = 0; v < 3; v++)
        {
            var truth = values.Count(x => x == v);
            Assert.InRange(frequent.Top.Single(t => t.Value == v).Count, truth - frequent.Error, truth);
        }
    }

    [Fact]
    public void Add_OddValues_CountsThemApart()
    {
        var profile = Of(double.NaN, 1, double.PositiveInfinity, -0.0, 0.0, double.NegativeInfinity);
        profile.AddMissing(2);
        Assert.Equal((8, 1, 2, 2, 3), (profile.Rows, profile.NotANumber, profile.Infinite, profile.Missing, profile.Moments.Count));
        Assert.Equal(2, profile.Frequent.Top.Count);
        Assert.Equal((0, 1), (profile.Minimum, profile.Maximum));
    }

    [Fact]
    public void Profile_Empty_HasNoFigures()
    {
        var profile = ColumnProfile.FromBytes(new ColumnProfile().ToBytes());
        Assert.Null(profile.Minimum);
        Assert.Null(profile.Quantiles.Quantile(0.5));
        Assert.Null(profile.Moments.Variance);
        Assert.Equal(0, profile.Distinct.Estimate);
    }

    [Property(MaxTest = 50)]
    public void Merge_InAnyOrder_AgreesWithTheWhole(NormalFloat[] a, NormalFloat[] b, NormalFloat[] c)
    {
        double[][] parts = [.. new[] { a, b, c }.Select(p => p.Select(x => Math.Clamp(x.Get, -1e6, 1e6)).ToArray())];
        ColumnProfile[] profiles = [.. parts.Select(Of)];
        var whole = Of([.. parts.SelectMany(p => p)]);
        foreach (var merged in new[]
        {
            Merged(Merged(profiles[0], profiles[1]), profiles[2]), Merged(profiles[0], Merged(profiles[1], profiles[2])), Merged(profiles[2], profiles[1], profiles[0]),
        })
        {
            Assert.Equal((whole.Rows, whole.Minimum, whole.Maximum), (merged.Rows, merged.Minimum, merged.Maximum));
            Assert.Equal(whole.Distinct.Estimate, merged.Distinct.Estimate);
            Assert.Equal(whole.Quantiles.Weighted(), merged.Quantiles.Weighted());
            Assert.Equal(whole.Moments.Mean, merged.Moments.Mean, 1e-9 * (1 + Math.Abs(whole.Moments.Mean)));
            Assert.Equal(whole.Moments.Second, merged.Moments.Second, 1e-9 * (1 + whole.Moments.Second));
            Assert.Equal(whole.Moments.Fourth, merged.Moments.Fourth, 1e-9 * (1 + whole.Moments.Fourth));
        }
    }

    [Fact]
    public void Merge_OfLargeParts_KeepsDistinctExactAndQuantilesBounded()
    {
        var (a, b, c) = (Normal(50_000, 1), Normal(80_000, 2, 1), Normal(30_000, 3, -2));
        var whole = Of([.. a, .. b, .. c]);
        foreach (var merged in new[] { Merged(Of(a), Of(b), Of(c)), Merged(Of(c), Merged(Of(a), Of(b))) })
        {
            Assert.Equal(whole.Distinct.Estimate, merged.Distinct.Estimate);
            double[] sorted = [.. a.Concat(b).Concat(c).Order()];
            foreach (var q in new[] { 0.01, 0.25, 0.5, 0.75, 0.99 })
            {
                var found = merged.Quantiles.Quantile(q)!.Value;
                Assert.InRange(sorted.Count(x => x <= found) / 160_000.0, q - 0.01, q + 0.01);
            }
        }
    }

    [Fact]
    public void Bytes_ThereAndBack_AreTheSame()
    {
        var bytes = Of(Normal(100_000, 5)).ToBytes();
        Assert.Equal(bytes, ColumnProfile.FromBytes(bytes).ToBytes());
        Assert.InRange(bytes.Length, 4096, 40_000);
    }

    [Property(MaxTest = 200)]
    public void Bytes_DamagedOrCut_AreRefused(PositiveInt where, byte change)
    {
        var bytes = Of(1, 2, 3).ToBytes();
        Assert.Throws<InvalidDataException>(() => ColumnProfile.FromBytes(bytes.AsSpan(0, where.Get % bytes.Length)));
        bytes[where.Get % bytes.Length] ^= (byte)(change | 1);
        Assert.Throws<InvalidDataException>(() => ColumnProfile.FromBytes(bytes));
    }
}
