using System.Text.Json;

namespace Serverless.Core.Tests.Statistics.Metrics;

/// <summary>What a file of reference results says, as numbers.</summary>
internal static class GoldenFile
{
    public static Golden[] Cases(string name) => [.. Golden.File(name).GetProperty("cases").EnumerateArray()];

    public static double Number(this Golden element) => element.ValueKind == JsonValueKind.String
        ? element.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            var other => throw new FormatException(other),
        }
        : element.GetDouble();

    public static double[] Numbers(this Golden element) =>
        element.ValueKind == JsonValueKind.Null ? [] : [.. element.EnumerateArray().Select(Number)];

    public static int[] Integers(this Golden element) => [.. element.EnumerateArray().Select(e => e.GetInt32())];

    public static bool[] Booleans(this Golden element) => [.. element.EnumerateArray().Select(e => e.ValueKind is JsonValueKind.True or JsonValueKind.False ? e.GetBoolean() : e.GetDouble() != 0)];

    /// <summary>|actual − expected| ≤ tolerance·max(1, |expected|).</summary>
    public static void Close(double expected, double? actual, double tolerance, string what) =>
        Assert.True(actual is { } value && Math.Abs(value - expected) <= tolerance * Math.Max(1, Math.Abs(expected)), $"{what}: {expected:R} expected, {actual:R} found");
}
