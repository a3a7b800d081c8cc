using System.Text.Json;

namespace Serverless.Core.Tests.Statistics.Metrics;

/// <summary>A file of reference results; not-a-number and infinities are strings there.</summary>
internal static class GoldenFile
{
    public static JsonElement[] Cases(string name) => [.. Root(name).GetProperty("cases").EnumerateArray()];

    public static JsonElement Root(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "data", "golden", name + ".json");
        return JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
    }

    public static double Number(this JsonElement element) => element.ValueKind == JsonValueKind.String
        ? element.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            var other => throw new FormatException(other),
        }
        : element.GetDouble();

    public static double[] Numbers(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Null ? [] : [.. element.EnumerateArray().Select(Number)];

    public static int[] Integers(this JsonElement element) => [.. element.EnumerateArray().Select(e => e.GetInt32())];

    public static bool[] Booleans(this JsonElement element) => [.. element.EnumerateArray().Select(e => e.GetDouble() != 0)];

    /// <summary>|actual − expected| ≤ tolerance·max(1, |expected|).</summary>
    public static void Close(double expected, double? actual, double tolerance, string what) =>
        Assert.True(actual is { } value && Math.Abs(value - expected) <= tolerance * Math.Max(1, Math.Abs(expected)), $"{what}: {expected:R} expected, {actual:R} found");
}
