using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>Whether one window's data is whole and as promised.</summary>
public sealed class QualityScans(WindowReader reader, References references, UsualRows usual)
{
    // Correlations and repeated rows are looked for in so many rows; more tell no more.
    private const int CorrelatedRows = 20_000;

    internal async Task<ScanResult> RunAsync(WindowQuery query, string name, MonitorPolicy monitor, IReadOnlyDictionary<string, ColumnContract> contract, CancellationToken cancel)
    {
        using var current = await reader.ReadAsync(query, cancel);
        using var reference = await references.FindAsync(query, current, monitor, cancel);
        WindowColumn[] window = [.. current.Columns.Values.AsParallel().AsOrdered().Select(column => column.ToWindow(runs: true))];
        // The newest so many rows are so many of one version, whatever comes.
        var traffic = query.Rows is null ? current.Versions.Values.Sum() : current.Rows;
        var input = new QualityInput(window, await ColumnsAsync(query, reference, cancel), contract, current.Rows, current.Window.Length)
        {
            Traffic = traffic,
            UsualRows = await usual.FindAsync(query.Model, name, current.Window, cancel),
            Age = current.Newest is { } newest ? current.Window.To - newest : null,
            Duplicates = Repeated(current) ?? 0,
            UsualDuplicates = Repeated(current) is null || reference?.Log is not { Rows: > 0 } log ? null : (double?)Repeated(log) / log.Rows,
            Correlations = Correlated(current),
            UsualCorrelations = reference?.Log is { Rows: > 0 } before ? Correlated(before) : null,
        };
        var parts = new List<(string, QualityInput)>();
        foreach (var version in current.Others(monitor.MinimumRows)) parts.Add((WindowRows.Part(version), await OtherAsync(query with { Version = version }, monitor, contract, cancel)));
        return new(QualityScan.Run(input, parts, monitor), current.Window, traffic, current.Versions.Values.Sum())
        {
            Versions = [.. current.Versions.Keys.Order()], Reference = reference?.Words, ReferenceRows = reference?.Rows ?? 0, Flaws = current.Flaws,
        };
    }

    /// <summary>The columns of a version that answered beside the one with most rows, against its own reference.</summary>
    private async Task<QualityInput> OtherAsync(WindowQuery query, MonitorPolicy monitor, IReadOnlyDictionary<string, ColumnContract> contract, CancellationToken cancel)
    {
        using var other = await reader.ReadAsync(query, cancel);
        using var reference = await references.FindAsync(query, other, monitor, cancel);
        return new([.. other.Columns.Values.Select(column => column.ToWindow(runs: true))], await ColumnsAsync(query, reference, cancel), contract, other.Rows, other.Window.Length);
    }

    private static async Task<Dictionary<string, WindowColumn>> ColumnsAsync(WindowQuery query, ReferenceSide? reference, CancellationToken cancel)
    {
        var columns = new Dictionary<string, WindowColumn>(StringComparer.Ordinal);
        foreach (var (name, column) in reference is { Rows: > 0 } ? reference.Columns : new Dictionary<string, ReferenceColumn>())
            if (query.Features.Count == 0 || query.Features.Contains(name)) columns[name] = await column.Read(cancel);
        return columns;
    }

    /// <summary>Rows that repeat an earlier one in every column; null where only a sample was kept, whose rows say nothing of those between.</summary>
    private static long? Repeated(WindowRows rows)
    {
        if (rows.Columns.Count == 0 || rows.Rows > WindowReader.Limit) return null;
        var hashes = new ulong[rows.Rows];
        foreach (var column in rows.Columns.Values.Where(column => column.Kept == hashes.Length)) column.Mix(hashes);
        Array.Sort(hashes);
        long repeated = 0;
        for (var at = 1; at < hashes.Length; at++) repeated += hashes[at] == hashes[at - 1] ? 1 : 0;
        return repeated;
    }

    private static CorrelationTable? Correlated(WindowRows rows)
    {
        (string Name, double[] Values)[] numeric = [.. rows.Columns.Values.Where(column => column.Type == ColumnType.Numeric && column.Missing < column.Rows / 2).OrderBy(column => column.Name, StringComparer.Ordinal)
            .Take(CorrelationTable.MostColumns).Select(column => (column.Name, column.Numbers(CorrelatedRows)!))];
        return numeric.Length < 2 ? null : CorrelationTable.Of([.. numeric.Select(column => column.Name)], [.. numeric.Select(column => column.Values)]);
    }
}
