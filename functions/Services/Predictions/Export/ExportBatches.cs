using Apache.Arrow;
using Apache.Arrow.Types;
using Serverless.Core.Problems;

namespace Serverless.Services.Predictions;

/// <summary>A page's rows as batches of one schema, in the order of their ids.</summary>
internal static class ExportBatches
{
    /// <summary>Runs of rows that stand in one batch and one hour, each as a batch of its own.</summary>
    public static IEnumerable<RecordBatch> Runs(IReadOnlyList<PredictionRow> rows)
    {
        for (var start = 0; start < rows.Count;)
        {
            var (batch, hour) = (rows[start].Batch, TruthService.HourOf(rows[start].Id));
            var end = start + 1;
            while (end < rows.Count && ReferenceEquals(rows[end].Batch, batch) && TruthService.HourOf(rows[end].Id) == hour) end++;
            yield return ArrowRows.Take(batch, _ => true, [.. rows.Skip(start).Take(end - start).Select(row => row.Row)]);
            start = end;
        }
    }

    /// <summary>The columns of all batches: those asked for in their order, or each where it comes first.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.Conflict"/> when versions have a column in different types.</exception>
    public static Schema Union(IReadOnlyList<RecordBatch> batches, IReadOnlyList<string>? asked)
    {
        var fields = new Dictionary<string, Field>(StringComparer.Ordinal);
        foreach (var field in batches.SelectMany(batch => batch.Schema.FieldsList))
            if (!fields.TryAdd(field.Name, field) && fields[field.Name].DataType.TypeId != field.DataType.TypeId)
                throw new ProblemException(ProblemKind.Conflict, $"Versions have the column \"{field.Name}\" in different types: ask for one version, or for other columns.") { Where = field.Name };
        return new Schema(asked is null ? fields.Values : Asked(asked, fields), null);
    }

    /// <summary>A batch with a schema's columns, nulls where it has none.</summary>
    public static RecordBatch Fit(RecordBatch batch, Schema schema) => new(schema, schema.FieldsList.Select(field => Find(batch, field)), batch.Length);

    private static IArrowArray Find(RecordBatch batch, Field field) =>
        batch.Schema.GetFieldIndex(field.Name) is >= 0 and var at ? batch.Column(at) : ArrowTypes.Nulls(field.DataType, batch.Length);

    // What is put beside the predictions was asked for, too. A column that no row of the page has is null, and text for want of a type.
    private static IEnumerable<Field> Asked(IReadOnlyList<string> asked, Dictionary<string, Field> fields) =>
    [
        .. asked.Select(name => fields.GetValueOrDefault(name) ?? new Field(name, StringType.Default, nullable: true)),
        .. fields.Values.Where(field => !asked.Contains(field.Name) && IsTruth(field.Name)),
    ];

    private static bool IsTruth(string name) => name.StartsWith("label", StringComparison.Ordinal) || name.StartsWith("outcome_", StringComparison.Ordinal);
}
