using System.Globalization;

namespace Serverless.Benchmarks;

/// <summary>A figure over several rounds: its median, and the range it was in.</summary>
internal readonly record struct Spread(double Median, double Lowest, double Highest)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return new(sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[0], sorted[^1]);
    }

    public string Show(string format) => string.Create(CultureInfo.InvariantCulture,
        $"{Median.ToString(format, CultureInfo.InvariantCulture)} ({Lowest.ToString(format, CultureInfo.InvariantCulture)}–{Highest.ToString(format, CultureInfo.InvariantCulture)})");

    /// <summary>The median and its binomial 95 % interval: no assumption on how the rounds scatter.</summary>
    public static string Interval(IEnumerable<double> values, string format)
    {
        var sorted = values.Order().ToArray();
        var rank = Math.Max(0, (int)Math.Floor(sorted.Length / 2.0 - 0.98 * Math.Sqrt(sorted.Length)));
        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(Of(sorted).Median)} [{Text(sorted[rank])}, {Text(sorted[^(rank + 1)])}]";
    }
}
