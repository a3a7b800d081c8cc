using System.Globalization;
using Apache.Arrow;
using Serverless.Services.Tables;

namespace Serverless.Services.Rollout.Validation;

/// <summary>The rows of an evaluation set in memory: each column as numbers, NaN where there is none, or as texts.</summary>
internal sealed class EvaluationTable
{
    /// <summary>Rows are chosen alike every time.</summary>
    public const int Seed = 20261123;

    private readonly Dictionary<string, List<double>> numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string?>> texts = new(StringComparer.Ordinal);

    /// <summary>Rows.</summary>
    public int Rows { get; private set; }

    /// <summary>Reads a table; of one with more rows than <see cref="EvaluationSets.MostRows"/> about so many are chosen by chance.</summary>
    public static async Task<EvaluationTable> ReadAsync(TableFile file, long rows, IReadOnlySet<string> wanted, CancellationToken cancel)
    {
        var (table, chance) = (new EvaluationTable(), new Random(Seed));
        await foreach (var batch in file.ReadAsync(cancel))
            using (batch) table.Add(batch, [.. Enumerable.Range(0, batch.Length).Where(_ => rows <= EvaluationSets.MostRows || chance.NextDouble() * rows < EvaluationSets.MostRows)], wanted);
        return table;
    }

    /// <summary>A column's numbers; null for one of texts that are none, and where there is no such column.</summary>
    public List<double>? Numbers(string column) => numbers.TryGetValue(column, out var values) ? values
        : texts.TryGetValue(column, out var words) && Parse(words) is { } stated ? numbers[column] = stated
        : null;

    /// <summary>A column's values as texts, numbers in their shortest form; null where there is no such column.</summary>
    public string?[]? Texts(string column) => texts.TryGetValue(column, out var words) ? [.. words]
        : numbers.TryGetValue(column, out var values) ? [.. values.Select(value => double.IsNaN(value) ? null : value.ToString("R", CultureInfo.InvariantCulture))]
        : null;

    /// <summary>Leaves out the rows that lack one of these columns.</summary>
    public void KeepWhole(IReadOnlyCollection<string> columns)
    {
        var whole = Enumerable.Range(0, Rows).Where(row => columns.All(column => Has(column, row))).ToArray();
        if (whole.Length == Rows) return;
        foreach (var (column, values) in numbers) numbers[column] = [.. whole.Select(row => values[row])];
        foreach (var (column, words) in texts) texts[column] = [.. whole.Select(row => words[row])];
        Rows = whole.Length;
    }

    private bool Has(string column, int row) => numbers.TryGetValue(column, out var values) ? !double.IsNaN(values[row]) : !texts.TryGetValue(column, out var words) || words[row] is not null;

    // Labels of the log are texts, and so are segments: a column of numbers is one, however it is written.
    private static List<double>? Parse(List<string?> words)
    {
        var values = new List<double>(words.Count);
        foreach (var word in words)
        {
            if (word is not null && !double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) return null;
            values.Add(word is null ? double.NaN : double.Parse(word, NumberStyles.Float, CultureInfo.InvariantCulture));
        }

        return values;
    }

    private void Add(RecordBatch batch, int[] kept, IReadOnlySet<string> wanted)
    {
        for (var at = 0; at < batch.ColumnCount; at++)
            if (wanted.Contains(batch.Schema.GetFieldByIndex(at).Name)) Add(batch.Schema.GetFieldByIndex(at).Name, batch.Column(at), kept);
        Rows += kept.Length;
    }

    private void Add(string name, IArrowArray column, int[] kept)
    {
        if (column is StringArray words)
        {
            if (!texts.TryGetValue(name, out var there)) texts[name] = there = [];
            there.AddRange(kept.Select(row => words.GetString(row)));
            return;
        }

        var all = new double[column.Length];
        if (column is BooleanArray flags) all = [.. Enumerable.Range(0, flags.Length).Select(row => flags.GetValue(row) is { } flag ? flag ? 1 : 0 : double.NaN)];
        else if (!Predictions.ArrowNumber.Read(column, all.AsSpan())) return;
        if (!numbers.TryGetValue(name, out var values)) numbers[name] = values = [];
        values.AddRange(kept.Select(row => all[row]));
    }
}
