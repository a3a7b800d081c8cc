namespace Serverless.Benchmarks.Study;

/// <summary>SplitMix64, one stream for each scan, so that the figures do not depend on the number of threads.</summary>
internal struct StudyRandom(long stream)
{
    private ulong state = Mix((ulong)stream * 0xD1342543DE82EF95 + 20261123);

    public double Unit() => (Next() >> 11) * (1.0 / (1ul << 53));

    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit());

    private ulong Next() => Mix(state += 0x9E3779B97F4A7C15);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
