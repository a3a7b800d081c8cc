namespace Serverless.Core.Monitoring;

/// <summary>Columns that are gone, new, or of another type.</summary>
internal static class SchemaChecks
{
    public static IEnumerable<Candidate> Of(QualityInput input)
    {
        var present = input.Window.ToDictionary(column => column.Name);
        if (input.Rows > 0)
        {
            foreach (var name in Expected(input).Where(name => !present.ContainsKey(name)))
                yield return Candidate.Plain(name, "schema", true, $"{name}: the column is gone.", columns: 0);
            foreach (var column in input.Window.Where(column => input.Reference.Count > 0 && !input.Reference.ContainsKey(column.Name) && !input.Contract.ContainsKey(column.Name)))
                yield return Candidate.Plain(column.Name, "schema", true, $"{column.Name}: a new column, {Name(column.Type)}.", columns: 1);
        }
        foreach (var column in input.Window)
            if (Promised(input, column.Name) is { } type)
                yield return Candidate.Plain(column.Name, "type", !Fits(column, type), Fits(column, type)
                    ? $"{column.Name}: {Name(type)}, as promised."
                    : $"{column.Name}: the type changed from {Name(type)} to {Name(column.Type)}.");
    }

    private static IEnumerable<string> Expected(QualityInput input) =>
        input.Contract.Where(column => column.Value.Required == true).Select(column => column.Key)
            .Union(input.Reference.Keys.Where(name => input.Contract.GetValueOrDefault(name)?.Required != false));

    private static ColumnType? Promised(QualityInput input, string name) =>
        input.Contract.GetValueOrDefault(name)?.Type ?? input.Reference.GetValueOrDefault(name)?.Type;

    // Numbers may stand for labels and for true and false; a column without values has no type.
    private static bool Fits(WindowColumn column, ColumnType promised) =>
        column.Type == promised || column.Values.Size == 0 || (column.Values.Labels is null) == (promised is ColumnType.Numeric or ColumnType.DateTime or ColumnType.Embedding)
        || column.Values.Labels is null && promised is ColumnType.Categorical or ColumnType.Boolean;

    private static string Name(ColumnType type) => type switch
    {
        ColumnType.Numeric => "numbers",
        ColumnType.Categorical => "labels",
        ColumnType.Boolean => "true or false",
        ColumnType.Text => "text",
        ColumnType.DateTime => "times",
        ColumnType.Embedding => "vectors",
    };
}
