namespace Serverless.Core.Statistics;

/// <summary>A square matrix times a power of ten, so that its powers neither overflow nor vanish.</summary>
internal sealed class ScaledMatrix(int size, double[] values)
{
    public int Exponent { get; private init; }

    public double this[int row, int column] => values[row * size + column];

    public ScaledMatrix Power(long n)
    {
        if (n == 1)
            return this;
        var half = Power(n / 2);
        var square = half.Times(half);
        return n % 2 == 0 ? square : square.Times(this);
    }

    private ScaledMatrix Times(ScaledMatrix other)
    {
        var product = new double[size * size];
        for (var i = 0; i < size; i++)
            for (var k = 0; k < size; k++)
                for (var j = 0; j < size; j++)
                    product[i * size + j] += this[i, k] * other[k, j];
        var exponent = Exponent + other.Exponent;
        if (product[size / 2 * size + size / 2] > 1e140)
        {
            foreach (ref var value in product.AsSpan())
                value *= 1e-140;
            exponent += 140;
        }
        return new(size, product) { Exponent = exponent };
    }
}
