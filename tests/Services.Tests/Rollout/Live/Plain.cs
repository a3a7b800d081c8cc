namespace Serverless.Services.Tests.Rollout.Live;

/// <summary>Figures over all rows at once, without sketches, hours or merging.</summary>
internal static class Plain
{
    /// <summary>The smallest value that a share of all do not exceed.</summary>
    public static double Quantile(IEnumerable<int> values, double share)
    {
        int[] sorted = [.. values.Order()];
        return sorted[(int)Math.Ceiling(Math.Round(share * sorted.Length, 9)) - 1];
    }

    /// <summary>Jensen–Shannon between the reference's deciles.</summary>
    public static double Distance(double[] reference, double[] current)
    {
        double[] sorted = [.. reference.Order()];
        double[] edges = [.. Enumerable.Range(1, 9).Select(k => sorted[(int)Math.Ceiling(Math.Round(k / 10.0 * sorted.Length, 9)) - 1]).Distinct()];
        var (p, q) = (Shares(reference), Shares(current));
        return Math.Sqrt(p.Zip(q, (a, b) => (Relative(a, (a + b) / 2) + Relative(b, (a + b) / 2)) / 2).Sum());

        double[] Shares(double[] values) => [.. Enumerable.Range(0, edges.Length + 1).Select(cell => (double)values.Count(value => edges.Count(edge => edge < value) == cell) / values.Length)];

        static double Relative(double a, double b) => a == 0 ? 0 : a * Math.Log(a / b);
    }
}
