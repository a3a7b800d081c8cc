using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using Serverless.Core.Problems;

namespace Serverless.Services.Predictions;

/// <summary>Items as a table of RFC 4180: a header with the members' names in any order, a row for each item.</summary>
internal static class TruthCsv
{
    /// <summary>The items; an item's index is its row's, from 0 behind the header.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/></exception>
    public static List<TruthItem> Read(byte[] body, TruthKind kind, DateTimeOffset arrival)
    {
        var damaged = false;
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture) { BadDataFound = _ => damaged = true, DetectDelimiter = false, TrimOptions = TrimOptions.None };
        using var reader = new StreamReader(new MemoryStream(body), new UTF8Encoding(false, throwOnInvalidBytes: true));
        using var parser = new CsvParser(reader, configuration);
        var items = new List<TruthItem>();
        try
        {
            var header = parser.Read() ? Header(parser.Record!, kind) : throw Wrong("The table has no header.");
            while (parser.Read() && items.Count <= TruthDocument.MaximumItems)
            {
                items.Add(Item(parser.Record!, header, items.Count, damaged, kind, arrival));
                damaged = false;
            }
        }
        catch (Exception wrong) when (wrong is DecoderFallbackException or CsvHelperException)
        {
            throw Wrong("The body is no UTF-8 text of comma-separated values.");
        }
        return items;
    }

    private static Dictionary<string, int> Header(string[] names, TruthKind kind)
    {
        string[] needed = kind == TruthKind.Outcomes ? ["id", "name", "value"] : ["id", "label"];
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Length || needed.Except(names).Any() || names.Except(needed).Any(name => name != "time"))
            throw Wrong($"The header names {string.Join(", ", needed)} and, if you like, time; each once.");
        return names.Select((name, at) => (name, at)).ToDictionary(pair => pair.name, pair => pair.at, StringComparer.Ordinal);
    }

    private static TruthItem Item(string[] cells, Dictionary<string, int> header, int index, bool damaged, TruthKind kind, DateTimeOffset arrival)
    {
        if (damaged) return TruthItem.Bad(index, null, "A quotation mark stands where none may.");
        if (cells.Length != header.Count) return TruthItem.Bad(index, Cell("id"), $"The row has {cells.Length} cells, the header {header.Count}.");
        var value = Cell(TruthColumns.Value(kind)) is { Length: <= TruthValue.MaximumLength } text ? TruthValue.OfCell(text) : (TruthValue?)null;
        return TruthItem.Of(kind, index, Cell("id"), Cell("name"), value, Cell("time"), arrival);

        // An empty cell is none.
        string? Cell(string name) => header.TryGetValue(name, out var at) && at < cells.Length && cells[at].Length > 0 ? cells[at] : null;
    }

    private static ProblemException Wrong(string what) => new(ProblemKind.InvalidRequest, what);
}
