using MathNet.Numerics.LinearAlgebra;

namespace Serverless.Core.Statistics;

/// <summary>The Epps–Singleton test of two samples, continuous or discrete, by their empirical characteristic functions at two points. Effect: √(W/(n + m)), W before the correction for small samples.</summary>
/// <remarks>Epps and Singleton, Journal of Statistical Computation and Simulation 26 (1986): points 0.4 and 0.8 over half of the pooled interquartile range, χ² by the rank of the covariance.</remarks>
public static class EppsSingleton
{
    private static readonly double[] Points = [0.4, 0.8];

    // Of the largest eigenvalue: what is smaller is rounding.
    private const double Negligible = 1e-13;

    /// <summary>Null where it is not defined: fewer than five values on a side, no interquartile range, or no spread on either side.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or a sample is empty.</exception>
    public static TestResult? Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        Sample.Check(reference, nameof(reference));
        Sample.Check(current, nameof(current));
        double n = reference.Length, m = current.Length;
        var pooled = Sample.Sorted([.. reference, .. current], nameof(current));
        var unit = Sample.Unit(reference, current);
        for (var i = 0; i < pooled.Length; i++) pooled[i] *= unit;
        var sigma = (Bins.Quantile(pooled, 0.75) - Bins.Quantile(pooled, 0.25)) / 2;
        if (Math.Min(n, m) < 5 || sigma == 0) return null;
        var (x, xSpread) = Moments(reference, unit, sigma);
        var (y, ySpread) = Moments(current, unit, sigma);
        if (Form(((n + m) / n * xSpread) + ((n + m) / m * ySpread), x - y) is not { } form) return null;
        var w = (n + m) * form.Value;
        var corrected = Math.Max(n, m) < 25 ? w / (1 + Math.Pow(n + m, -0.45) + 10.1 * (Math.Pow(n, -1.7) + Math.Pow(m, -1.7))) : w;
        return new(corrected, ChiSquare.Survival(corrected, form.Rank), reference.Length, current.Length, TestMethod.Asymptotic, Math.Sqrt(form.Value));
    }

    /// <summary>Mean and covariance (over n) of cos and sin of every point.</summary>
    private static (Vector<double> Mean, Matrix<double> Spread) Moments(ReadOnlySpan<double> values, double unit, double sigma)
    {
        var waves = Matrix<double>.Build.Dense(values.Length, 2 * Points.Length);
        for (var i = 0; i < values.Length; i++)
            for (var k = 0; k < Points.Length; k++)
                (waves[i, k], waves[i, Points.Length + k]) = (Math.Cos(values[i] * unit / sigma * Points[k]), Math.Sin(values[i] * unit / sigma * Points[k]));
        var mean = waves.ColumnSums() / values.Length;
        for (var i = 0; i < values.Length; i++) waves.SetRow(i, waves.Row(i) - mean);
        return (mean, waves.TransposeThisAndMultiply(waves) / values.Length);
    }

    /// <summary>gᵀ S⁺ g with the rank of S; null when that is 0.</summary>
    private static (double Value, int Rank)? Form(Matrix<double> spread, Vector<double> gap)
    {
        var parts = spread.Evd(Symmetricity.Symmetric);
        double largest = parts.EigenValues.Max(value => value.Real), sum = 0;
        if (largest <= 1e-28) return null;
        var rank = 0;
        for (var k = 0; k < gap.Count; k++)
        {
            var value = parts.EigenValues[k].Real;
            if (value <= largest * Negligible) continue;
            var along = parts.EigenVectors.Column(k) * gap;
            sum += along * along / value;
            rank++;
        }
        return (sum, rank);
    }
}
