using Serverless.Core.Rollout;

namespace Serverless.Benchmarks.Rollout;

/// <summary>A challenger by how often it alone is right, and how often it alone is wrong.</summary>
internal readonly record struct Challenger(double Better, double Worse)
{
    public ShadowTally Answer(ref Draw draw, int rows)
    {
        var (better, worse) = (0, 0);
        for (var row = 0; row < rows; row++)
        {
            var u = draw.Unit();
            if (u < Better) better++;
            else if (u >= 1 - Worse) worse++;
        }

        return new(rows - better - worse, better + worse, new(better, rows - better - worse, worse), default, default, 0);
    }
}

/// <summary>Seeded uniform draws (SplitMix64: Steele, Lea, Flood 2014), fast enough for a billion rows.</summary>
internal struct Draw(ulong seed)
{
    private ulong state = Mix(seed + 1);

    public double Unit() => (Mix(state += 0x9E3779B97F4A7C15) >> 11) * (1.0 / (1ul << 53));

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
