using System.Numerics.Tensors;

namespace Serverless.Core.Statistics;

/// <summary>What every function of the room asks of its input, said once.</summary>
internal static class Require
{
    public static void SameLength(int expected, int actual, string name)
    {
        if (expected != actual)
            throw new ArgumentException($"{expected} rows expected, {actual} given.", name);
    }

    public static void Finite(ReadOnlySpan<double> values, string name)
    {
        if (!values.IsEmpty && !TensorPrimitives.IsFiniteAll(values))
            throw new ArgumentException("Every value must be a finite number.", name);
    }

    /// <summary>Scores may be infinite (a logit of a certain class), but must have an order.</summary>
    public static void Ordered(ReadOnlySpan<double> values, string name)
    {
        if (TensorPrimitives.IsNaNAny(values))
            throw new ArgumentException("A score must not be NaN.", name);
    }

    public static void Weights(ReadOnlySpan<double> weights, int rows)
    {
        if (weights.IsEmpty)
            return;
        SameLength(rows, weights.Length, nameof(weights));
        foreach (var weight in weights)
        {
            if (!(weight >= 0 && double.IsFinite(weight)))
                throw new ArgumentException("A weight must be finite and not negative.", nameof(weights));
        }
    }

    public static void Probabilities(ReadOnlySpan<double> values, string name)
    {
        foreach (var value in values)
            Within(value, 0, 1, name);
    }

    public static void Within(double value, double low, double high, string name)
    {
        if (!(value >= low && value <= high))
            throw new ArgumentException($"{value} is outside {low} … {high}.", name);
    }

    public static void Level(double level)
    {
        if (!(level > 0 && level < 1))
            throw new ArgumentException("A confidence level lies between 0 and 1.", nameof(level));
    }
}
