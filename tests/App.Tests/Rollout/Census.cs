using System.Globalization;
using System.IO.Compression;

namespace Serverless.App.Tests.Rollout;

/// <summary>The census's evaluation rows: what callers send, who they are, and what turned out to be true.</summary>
internal static class Census
{
    private const int Features = 8;

    public static string[] Names { get; } = ["age", "education_num", "capital_gain", "capital_loss", "hours_per_week", "married", "managerial", "male"];

    public static IReadOnlyList<CensusRow> Rows { get; } = [.. Read()];

    private static IEnumerable<CensusRow> Read()
    {
        using var file = new StreamReader(new GZipStream(File.OpenRead(Suite.Data("adult_evaluation.csv.gz")), CompressionMode.Decompress));
        Assert.Equal([.. Names, "race", "sex", "label"], file.ReadLine()!.Split(','));
        while (file.ReadLine() is { } line)
        {
            var fields = line.Split(',');
            yield return new([.. fields.Take(Features).Select(field => float.Parse(field, CultureInfo.InvariantCulture))], fields[^2], fields[^1] == "1");
        }
    }
}

/// <summary>A person.</summary>
internal sealed record CensusRow(float[] Features, string Sex, bool Earns);
