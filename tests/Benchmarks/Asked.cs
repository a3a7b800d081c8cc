namespace Serverless.Benchmarks;

/// <summary>Which lines of a benchmark's table are asked for.</summary>
internal static class Asked
{
    /// <summary>Whether a line's name begins with one of the arguments behind the number of pairs; every line where there are none.</summary>
    public static bool For(string what, string[] args) => args.Length < 2 || args[1..].Any(part => what.StartsWith(part, StringComparison.Ordinal));
}
