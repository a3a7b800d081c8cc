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
        var rows = new RowSelection(batch.Length);
        Test(batch, ref rows);
        if (rows.All && batch.Length > 0) return ArrowRows.Project(batch, Wants);
        using (batch) return rows.Count == 0 ? null : ArrowRows.Take(batch, Wants, rows.Rows);
    }

    private bool Wants(string column) => query.Wants(column) || alsoWanted?.Invoke(column) is true;

    private void Test(RecordBatch batch, ref RowSelection rows)
    {
        if (!wholeHour && batch.Column(LogColumns.Time) is TimestampArray times) rows.Keep(new Between(times.Values, query.From.ToUnixTimeMilliseconds(), query.To.ToUnixTimeMilliseconds()));
        if (query.Version is { } version && batch.Column(LogColumns.Version) is Int32Array versions) rows.Keep(new Equal(versions.Values, version));
        if (query.Status is { } status && batch.Column(LogColumns.Status) is Int32Array statuses) rows.Keep(new Equal(statuses.Values, status));
        if (variant is not null && batch.Column(LogColumns.Variant) is StringArray variants) rows.Keep(new Named(variants, variant));
        // Not read where it is known that no shadow is among the rows.
        if (query.LeavesShadows && batch.Schema.GetFieldIndex(LogColumns.Variant) is >= 0 and var at && batch.Column(at) is StringArray routes) rows.Keep(new NotNamed(routes, Shadow));
        if (ids is not null && batch.Column(LogColumns.Id) is StringArray texts) rows.Keep(new Known(texts, ids));
    }

    public static PredictionId IdAt(StringArray ids, int row)
    {
        Span<char> text = stackalloc char[36];
        Encoding.ASCII.GetChars(ids.GetBytes(row), text);
        return new(Guid.ParseExact(text, "D"));
    }

    private readonly ref struct Between(ReadOnlySpan<long> values, long from, long to) : IRowTest
    {
        private readonly ReadOnlySpan<long> values = values;

        public bool Passes(int row) => values[row] >= from && values[row] < to;
    }

    private readonly ref struct Equal(ReadOnlySpan<int> values, int value) : IRowTest
    {
        private readonly ReadOnlySpan<int> values = values;

        public bool Passes(int row) => values[row] == value;
    }

    private readonly ref struct Named(StringArray values, ReadOnlySpan<byte> value) : IRowTest
    {
        private readonly ReadOnlySpan<byte> value = value;

        public bool Passes(int row) => values.IsValid(row) && values.GetBytes(row).SequenceEqual(value);
    }

    private readonly ref struct NotNamed(StringArray values, ReadOnlySpan<byte> value) : IRowTest
    {
        private readonly Named named = new(values, value);

        public bool Passes(int row) => !named.Passes(row);
    }

    private readonly struct Known(StringArray values, Func<PredictionId, bool> ids) : IRowTest
    {
        public bool Passes(int row) => ids(IdAt(values, row));
    }
}
