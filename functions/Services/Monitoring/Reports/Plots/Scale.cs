namespace Serverless.Services.Monitoring.Reports.Plots;

/// <summary>From values to places in a drawing. Whatever the values, the places are within it.</summary>
internal readonly record struct Scale
{
    private Scale(double low, double high, double start, double end) => (Low, High, Start, End) = (low, high, start, end);

    /// <summary>The smallest value that is shown.</summary>
    public double Low { get; }

    /// <summary>The largest.</summary>
    public double High { get; }

    /// <summary>Where the smallest is drawn.</summary>
    public double Start { get; }

    /// <summary>Where the largest is.</summary>
    public double End { get; }

    /// <summary>Over the finite ones of some values; a single one stands in the middle.</summary>
    public static Scale Over(IEnumerable<double> values, double start, double end)
    {
        double[] finite = [.. values.Where(double.IsFinite).Select(value => Math.Clamp(value, -1e300, 1e300))];
        if (finite.Length == 0) return new(0, 1, start, end);
        double low = finite.Min(), high = finite.Max(), room = low == 0 ? 0.5 : Math.Abs(low) * 0.1;
        return high > low ? new(low, high, start, end) : new(low - room, high + room, start, end);
    }

    /// <summary>The place of a value; beyond the ends it is at the end, no number is at the start.</summary>
    public double At(double value)
    {
        var share = (value / 2 - Low / 2) / (High / 2 - Low / 2);
        return double.IsNaN(share) ? Start : Start + (End - Start) * Math.Clamp(share, 0, 1);
    }

    /// <summary>Round values, about so many.</summary>
    public IReadOnlyList<double> Ticks(int about)
    {
        double rough = (High / 2 - Low / 2) / about * 2, unit = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = new[] { 1, 2, 2.5, 5, 10 }.Select(times => times * unit).First(step => step >= rough * 0.999 || step >= 10 * unit);
        var first = Math.Ceiling(Low / step - 1e-9);
        var (low, high) = (Low, High);
        return double.IsFinite(first) && step > 0 ? [.. Enumerable.Range(0, 4 * about).Select(k => (first + k) * step).Where(tick => tick <= high + step * 1e-9 && tick >= low - step * 1e-9).Select(tick => Tidy(tick, step))] : [low, high];
    }

    private static double Tidy(double tick, double step) => Math.Abs(tick) < step / 1000 ? 0 : double.Parse(tick.ToString("G12", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
}
