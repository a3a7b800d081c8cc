using Serverless.Core.Statistics;
using Serverless.Core.Tests.Statistics.Metrics;
using static Serverless.Core.Tests.Statistics.Drift.Reference;
using TestResult = Serverless.Core.Statistics.TestResult;

namespace Serverless.Core.Tests.Statistics.Drift;

/// <summary>Tests of spread and of shape, and what describes a sample, against SciPy 1.10.1 and NumPy 1.24.2.</summary>
public sealed class SpreadAndShapeGoldenTests
{
    // 1e-8: values of 1e12 with a spread of 1e6 cost the reference ten digits.
    [Fact]
    public void BrownForsythe_OfEveryCase_AgreesWithSciPy()
    {
        foreach (var (name, x, y, item) in Pairs("two_sample_tests"))
            Check(item.GetProperty("levene_median"), BrownForsythe.Test(x, y), 1e-8, name);
    }

    // 1e-8: a p-value of 2(1 − F) keeps no more of the reference's digits at 1e-8 and below.
    [Fact]
    public void BrunnerMunzel_OfEveryCase_AgreesWithSciPy()
    {
        foreach (var (name, x, y, item) in Pairs("two_sample_tests"))
            Check(item.GetProperty("brunner_munzel"), BrunnerMunzel.Test(x, y), 1e-8, name);
    }

    // 1e-6: a covariance is inverted whose smallest eigenvalue is up to a million times below its largest.
    [Fact]
    public void EppsSingleton_OfEveryCase_AgreesWithSciPy()
    {
        foreach (var (name, x, y, item) in Pairs("two_sample_tests"))
        {
            var expected = item.GetProperty("epps_singleton");
            var found = EppsSingleton.Test(x, y);
            if (expected.TryGetProperty("error", out var error)) Assert.True(found is null, error.GetString());
            // Two constants: the reference divides by the rounding of a covariance that is 0.
            else if (name == "constant_vs_constant_6_9") Assert.True(found is null && Value(expected.GetProperty("statistic")) > 1e30 && Value(expected.GetProperty("pvalue")) == 0);
            else Check(expected, found, 1e-6, name);
        }
    }

    // 1e-9: moments of values with an offset; what the reference calls lost in cancellation is null or not compared.
    [Fact]
    public void Description_OfEveryCase_AgreesWithNumPy()
    {
        foreach (var (name, x, _, item) in Pairs("two_sample_tests"))
        {
            var (expected, moments, sorted) = (item.GetProperty("describe"), Moments.Of(x), x.Order().ToArray());
            Close(Value(expected.GetProperty("mean_x")), moments.Mean, 1e-12, name);
            Assert.Equal(Value(expected.GetProperty("std_x_ddof0")), Math.Sqrt(moments.Second / x.Length), 1e-9 * Math.Max(1, Math.Abs(moments.Mean)));
            var deviation = Value(expected.GetProperty("std_x_ddof1"));
            if (x.Length > 1) Assert.Equal(deviation, Math.Sqrt(moments.Variance!.Value), 1e-9 * Math.Max(1, Math.Abs(moments.Mean)));
            foreach (var quantile in expected.GetProperty("quantiles_x_linear").EnumerateObject())
                Close(Value(quantile.Value), Bins.Quantile(sorted, double.Parse(quantile.Name)), 1e-13, $"{name} {quantile.Name}");
            Shape(Value(expected.GetProperty("skew_x").GetProperty("v")), moments.Skewness, name);
            Shape(Value(expected.GetProperty("kurtosis_x").GetProperty("v")), moments.ExcessKurtosis, name);
        }

        static void Shape(double expected, double? found, string name)
        {
            if (!double.IsNaN(expected)) Assert.Equal(expected, found!.Value, 1e-9 * Math.Max(1, Math.Abs(expected)));
            else Assert.True(found is null or not double.NaN, name);
        }
    }

    // Not defined there, so null here.
    private static void Check(Golden expected, TestResult? found, double tolerance, string name)
    {
        if (expected.TryGetProperty("error", out var error)) Assert.True(found is null, error.GetString());
        else if (!double.IsFinite(Value(expected.GetProperty("statistic"))) || double.IsNaN(Value(expected.GetProperty("pvalue"))))
            Assert.True(found is null && !double.IsFinite(Value(expected.GetProperty("pvalue"))), name);
        else
        {
            Metrics.GoldenFile.Close(Value(expected.GetProperty("statistic")), found!.Value.Statistic, tolerance, name);
            Close(Value(expected.GetProperty("pvalue")), found.Value.PValue, tolerance, name + " p");
        }
    }
}
