using System.Text;
using Apache.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>Leaves the rows that a query asks for, and its columns.</summary>
internal sealed class BatchFilter(PredictionQuery query, bool wholeHour, Func<string, bool>? alsoWanted = null, Func<PredictionId, bool>? ids = null)
{
    private readonly byte[]? variant = query.Variant is { } name ? Encoding.UTF8.GetBytes(name) : null;

    private static ReadOnlySpan<byte> Shadow => "shadow"u8;

    /// <summary>The columns that must be read: those asked for, and those to judge by.</summary>
    public bool Needs(string column) => Wants(column) || column switch
    {
        LogColumns.Time => !wholeHour,
        LogColumns.Version => query.Version is not null,
        LogColumns.Status => query.Status is not null,
        LogColumns.Variant => variant is not null || query.LeavesShadows,
        LogColumns.Id => ids is not null,
        _ => false,
    };

    /// <summary>The batch without the rows and columns that nobody asked for; null when no row is left. The batch itself is used up.</summary>
    public RecordBatch? Apply(RecordBatch batch)
    {
        var rows = new int[batch.Length];
        var kept = 0;
        var tests = Tests(batch).ToArray();
        for (var row = 0; row < rows.Length; row++)
            if (Passes(tests, row)) rows[kept++] = row;
        if (kept == batch.Length && kept > 0) return ArrowRows.Project(batch, Wants);
        using (batch) return kept == 0 ? null : ArrowRows.Take(batch, Wants, rows.AsSpan(0, kept));
    }

    private bool Wants(string column) => query.Wants(column) || alsoWanted?.Invoke(column) is true;

    private static bool Passes(Func<int, bool>[] tests, int row)
    {
        foreach (var test in tests)
            if (!test(row)) return false;
        return true;
    }

    private IEnumerable<Func<int, bool>> Tests(RecordBatch batch)
    {
        if (!wholeHour && batch.Column(LogColumns.Time) is TimestampArray times)
        {
            var (from, to) = (query.From.ToUnixTimeMilliseconds(), query.To.ToUnixTimeMilliseconds());
            yield return row => times.Values[row] >= from && times.Values[row] < to;
        }
        if (query.Version is { } version && batch.Column(LogColumns.Version) is Int32Array versions) yield return row => versions.Values[row] == version;
        if (query.Status is { } status && batch.Column(LogColumns.Status) is Int32Array statuses) yield return row => statuses.Values[row] == status;
        if (variant is not null && batch.Column(LogColumns.Variant) is StringArray variants) yield return row => variants.IsValid(row) && variants.GetBytes(row).SequenceEqual(variant);
        // Not read where it is known that no shadow is among the rows.
        if (query.LeavesShadows && batch.Schema.GetFieldIndex(LogColumns.Variant) is >= 0 and var at && batch.Column(at) is StringArray routes) yield return row => routes.IsNull(row) || !routes.GetBytes(row).SequenceEqual(Shadow);
        if (ids is not null && batch.Column(LogColumns.Id) is StringArray texts) yield return row => ids(IdAt(texts, row));
    }

    public static PredictionId IdAt(StringArray ids, int row)
    {
        Span<char> text = stackalloc char[36];
        Encoding.ASCII.GetChars(ids.GetBytes(row), text);
        return new(Guid.ParseExact(text, "D"));
    }
}
