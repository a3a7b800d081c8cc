using Serverless.Core.Tests.Statistics.Metrics;

namespace Serverless.Core.Tests.Statistics.Drift;

/// <summary>The reference results of two samples, and how close is close.</summary>
internal static class Reference
{
    public static Golden[] Cases(string file) => GoldenFile.Cases(file);

    /// <summary>A file's cases with the samples of the case of the same name.</summary>
    public static IEnumerable<(string Name, double[] X, double[] Y, Golden Case)> Pairs(string file)
    {
        var samples = Cases("ks_2samp").ToDictionary(c => c.GetProperty("name").GetString()!);
        foreach (var item in Cases(file).Where(c => c.TryGetProperty("data_ref", out _) || file == "ks_2samp"))
        {
            var name = item.GetProperty("name").GetString()!;
            yield return (name, Numbers(samples[name].GetProperty("x")), Numbers(samples[name].GetProperty("y")), item);
        }
    }

    public static double Value(Golden e) => e.Number();

    public static double[] Numbers(Golden e) => e.Numbers();

    /// <summary>Relative, and so strict in the tail: a p-value of 1e-20 must have its digits too.</summary>
    public static void Close(double expected, double actual, double relative, string what) =>
        Assert.True(expected == actual || Math.Abs(expected - actual) <= relative * Math.Abs(expected) + 1e-300 || Math.Abs(expected - actual) < 1e-15,
            $"{what}: expected {expected:R}, found {actual:R}");
}
