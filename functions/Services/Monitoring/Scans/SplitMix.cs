namespace Serverless.Services.Monitoring.Scans;

/// <summary>Good bits from any: the last step of SplitMix64.</summary>
/// <remarks>Steele, Lea, Flood, OOPSLA 2014.</remarks>
internal static class SplitMix
{
    public static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
