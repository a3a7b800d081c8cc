using System.Globalization;
using System.IO.Compression;
using Serverless.Testing;

namespace Serverless.Services.Tests.Monitoring;

/// <summary>A table of <c>tests/data</c>: its column names and its cells as texts.</summary>
internal sealed record Table(string[] Names, string[][] Rows)
{
    private static readonly string[] Census =
        ["age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship", "race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country", "income"];

    /// <summary>Reads a file, zipped or not.</summary>
    public static Table Read(string file)
    {
        using var stream = File.OpenRead(Path(file));
        using var zip = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : null;
        using var reader = new StreamReader(zip ?? (Stream)stream);
        // The census comes without a header and with a blank after each comma.
        var names = file.StartsWith("adult_raw", StringComparison.Ordinal) ? Census : reader.ReadLine()!.Split(',');
        var rows = new List<string[]>();
        while (reader.ReadLine()?.Split(',', StringSplitOptions.TrimEntries) is { } cells)
            if (cells.Length == names.Length) rows.Add(cells);
        return new(names, [.. rows]);
    }

    /// <summary>Where a file of <c>tests/data</c> is.</summary>
    public static string Path(string file) => Repository.File("tests", "data", file);

    /// <summary>Where a column stands.</summary>
    public int At(string column) => Array.IndexOf(Names, column);

    /// <summary>A column's numbers.</summary>
    public float[] Numbers(string column) => [.. Rows.Select(row => Number(row[At(column)]))];

    /// <summary>Columns' numbers, row by row.</summary>
    public float[] Numbers(IReadOnlyList<string> columns)
    {
        var at = columns.Select(At).ToArray();
        return [.. Rows.SelectMany(row => at.Select(index => Number(row[index])))];
    }

    /// <summary>Some of the rows.</summary>
    public Table Where(Func<string[], bool> holds) => this with { Rows = [.. Rows.Where(holds)] };

    /// <summary>The rows with one cell of each changed.</summary>
    public Table With(string column, Func<string, string> change)
    {
        var at = At(column);
        return this with { Rows = [.. Rows.Select(row => row.Select((cell, index) => index == at ? change(cell) : cell).ToArray())] };
    }

    /// <summary>Some columns as CSV.</summary>
    public string Csv(IReadOnlyList<string> columns)
    {
        var at = columns.Select(At).ToArray();
        return string.Join('\n', Rows.Select(row => string.Join(',', at.Select(index => row[index]))).Prepend(string.Join(',', columns))) + "\n";
    }

    private static float Number(string cell) => float.Parse(cell, CultureInfo.InvariantCulture);

}
