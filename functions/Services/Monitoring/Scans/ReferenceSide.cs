using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>What a window is compared with.</summary>
/// <param name="Words">What it is, for people.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Columns">Its columns by plain name.</param>
internal sealed record ReferenceSide(string Words, long Rows, IReadOnlyDictionary<string, ReferenceColumn> Columns) : IDisposable
{
    /// <summary>Gives the rows' memory back.</summary>
    public void Dispose()
    {
        Log?.Dispose();
        Slices?.Dispose();
    }

    /// <summary>The rows themselves, where the reference is a stretch of the log.</summary>
    public WindowRows? Log { get; init; }

    /// <summary>The columns by segment, where the reference is a baseline that has the segments asked for.</summary>
    public BaselineSlices? Slices { get; init; }

    /// <summary>The columns' types.</summary>
    public IReadOnlyDictionary<string, ColumnType> Types => Columns.ToDictionary(column => column.Key, column => column.Value.Type);

    /// <summary>A stretch of the log.</summary>
    public static ReferenceSide Of(WindowRows rows, string words) => new(words, rows.Rows,
        rows.Columns.Values.ToDictionary(column => column.Name, column => new ReferenceColumn(column.Type, _ => ValueTask.FromResult(column.ToWindow(runs: false))), StringComparer.Ordinal))
    { Log = rows };
}

/// <summary>One column of a reference, read when it is needed.</summary>
/// <param name="Type">What it holds.</param>
/// <param name="Read">Its values.</param>
internal sealed record ReferenceColumn(ColumnType Type, Func<CancellationToken, ValueTask<WindowColumn>> Read);
