using Serverless.Core.Statistics;
using static Serverless.Core.Tests.Statistics.Drift.Reference;

namespace Serverless.Core.Tests.Statistics.Drift;

/// <summary>Where the reference refuses, divides by zero or ignores ties: what we say instead.</summary>
public sealed class UndefinedGoldenTests
{
    [Fact]
    public void AndersonDarling_WhereTheReferenceRefuses_IsNull()
    {
        foreach (var (name, x, y, item) in Pairs("two_sample_tests"))
            foreach (var midrank in (bool[])[true, false])
                if (item.GetProperty($"anderson_ksamp_midrank_{midrank}").TryGetProperty("error", out var error))
                    Assert.True(AndersonDarling.Test(x, y, midrank) is null, $"{name}: {error.GetString()}");
    }

    // t of constants: 0/0, or infinite where the constants differ; neither is a number.
    [Fact]
    public void WelchT_WhereTheReferenceDividesByZero_IsNull()
    {
        foreach (var (name, x, y, item) in Pairs("two_sample_tests").Where(pair => !double.IsFinite(Value(pair.Case.GetProperty("welch_t").GetProperty("statistic")))))
        {
            Assert.True(WelchT.Test(x, y) is null, name);
            Assert.True(Value(item.GetProperty("welch_t").GetProperty("pvalue")) is 0 or double.NaN, name);
        }
    }

    // The reference wants two values a side; ours counts the deals of any. With ties its exact law counts deals that cannot be: there the share of all deals is what ours must be.
    [Fact]
    public void CramerVonMises_WhereTheReferenceHasNoAnswer_CountsEveryDeal()
    {
        foreach (var (name, x, y, item) in Pairs("two_sample_tests"))
        {
            if (item.GetProperty("cramervonmises_asymptotic").TryGetProperty("error", out var limit)) Assert.Contains("two observations", limit.GetString());
            if (!item.TryGetProperty("cramervonmises_exact", out var exact)) continue;
            var found = CramerVonMises.Test(x, y);
            var tied = x.Concat(y).Distinct().Count() < x.Length + y.Length;
            if (tied || x.Length + y.Length < 9) Assert.Equal(Permutation.Enumerate(x, y, (a, b) => CramerVonMises.Asymptotic(a, b).Statistic).PValue, found.PValue, 1e-12);
            if (exact.TryGetProperty("error", out var error)) Assert.Contains("two observations", error.GetString());
            else
            {
                Close(Value(exact.GetProperty("statistic")), found.Statistic, 1e-10, name);
                Assert.True(tied || Math.Abs(Value(exact.GetProperty("pvalue")) - found.PValue) < 1e-12);
                Assert.InRange(Value(exact.GetProperty("pvalue")), 0, 1);
            }
        }
    }

    [Fact]
    public void KolmogorovSmirnov_OfOneAgainstOne_HasNoEffectiveSizeToGoBy()
    {
        var (_, x, y, item) = Pairs("ks_2samp").Single(pair => pair.X.Length * pair.Y.Length == 1);
        Assert.True(double.IsNaN(Value(item.GetProperty("expected").GetProperty("two-sided|asymp").GetProperty("pvalue"))) || KolmogorovSmirnov.AsymptoticPValue(1, x.Length, y.Length) == 1);
    }
}
