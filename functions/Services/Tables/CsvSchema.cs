using System.Globalization;
using Apache.Arrow;
using CsvHelper;
using CsvHelper.Configuration;

namespace Serverless.Services.Tables;

/// <summary>A CSV's columns with their types, found by reading it once.</summary>
/// <remarks>
/// A column is numbers, times or true and false when at least 99 of 100 of its values are; the rest then count as missing and as bad cells. Missing is an empty cell,
/// and <c>NA</c>, <c>N/A</c>, <c>null</c> and <c>None</c> in any case; <c>NaN</c> and <c>inf</c> are numbers.
/// </remarks>
internal sealed class CsvSchema
{
    private const int BatchRows = 32_768;

    // A quotation mark that is never closed would take the rest of the file into one cell.
    internal const int LongestCell = 1 << 20;

    private CsvSchema(IReadOnlyList<CsvColumn> columns, BadRows bad) => (Columns, Bad) = (columns, bad);

    public IReadOnlyList<CsvColumn> Columns { get; }

    public BadRows Bad { get; }

    public static CsvSchema Read(StreamReader text, CancellationToken cancel)
    {
        using var parser = Parser(text);
        if (!parser.Read()) throw TableFile.Wrong("The table has no header.");
        var names = TableFile.Checked([.. parser.Record!.Select(name => name.Trim())]);
        var columns = names.Select(name => new CsvColumn(name)).ToArray();
        var bad = new BadRows();
        while (parser.Read())
        {
            cancel.ThrowIfCancellationRequested();
            if (parser.Count != columns.Length) bad.Add(parser.RawRow, $"{parser.Count} cells where the header has {columns.Length}");
            else
                for (var at = 0; at < columns.Length; at++) columns[at].See(parser[at]);
        }
        foreach (var column in columns) column.Decide(bad);
        return new(columns, bad);
    }

    /// <summary>The rows as batches.</summary>
    public IEnumerable<RecordBatch> Batches(StreamReader text)
    {
        using var parser = Parser(text);
        parser.Read();
        var rows = 0;
        while (parser.Read())
        {
            if (parser.Count != Columns.Count) continue;
            for (var at = 0; at < Columns.Count; at++) Columns[at].Add(parser[at]);
            if (++rows % BatchRows == 0) yield return Batch(BatchRows);
        }
        if (rows % BatchRows > 0) yield return Batch(rows % BatchRows);
    }

    internal static bool IsMissing(ReadOnlySpan<char> cell) =>
        cell.IsWhiteSpace() || cell.Trim() is var text && (text.Equals("na", StringComparison.OrdinalIgnoreCase) || text.Equals("n/a", StringComparison.OrdinalIgnoreCase)
            || text.Equals("null", StringComparison.OrdinalIgnoreCase) || text.Equals("none", StringComparison.OrdinalIgnoreCase));

    private RecordBatch Batch(int rows) => new(new Schema(Columns.Select(column => column.Field), null), Columns.Select(column => column.Take()), rows);

    // A row that is broken is one with too many or too few cells, or with a quotation mark in the wrong place, which CsvHelper takes as it is.
    private static CsvParser Parser(StreamReader text) => new(text, new CsvConfiguration(CultureInfo.InvariantCulture) { BadDataFound = null, DetectDelimiter = false, TrimOptions = TrimOptions.None, MaxFieldSize = LongestCell });
}

/// <summary>Rows and cells that could not be read.</summary>
internal sealed class BadRows
{
    private const int Most = 20;
    private readonly List<string> samples = [];

    public long Count { get; private set; }

    public IReadOnlyList<string> Samples => samples;

    public void Add(long line, string why)
    {
        Count++;
        if (samples.Count < Most) samples.Add(string.Create(CultureInfo.InvariantCulture, $"line {line}: {why}"));
    }

    /// <summary>Cells that are not what their column is; their rows are kept.</summary>
    public void Cells(string column, long cells, string what)
    {
        if (cells > 0 && samples.Count < Most) samples.Add(string.Create(CultureInfo.InvariantCulture, $"column {column}: {cells} cells are no {what} and count as missing"));
    }
}
