using System.Runtime.CompilerServices;
using Apache.Arrow;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;
using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

/// <summary>Labels and outcomes as they hold now, or with their history: each statement once, however often and in whatever order it came.</summary>
public sealed class TruthReader(BlobServiceClient blobs, ILogger<PredictionReader> logger)
{
    private const int HoursAtOnce = 4;

    private readonly Dictionary<TruthKind, TruthFiles> files = Enum.GetValues<TruthKind>().ToDictionary(kind => kind, kind => new TruthFiles(blobs, kind, logger));

    /// <summary>
    /// A window's statements, a batch for each hour that has some, by prediction, name and time. Columns: <c>id</c>, <c>time</c> (the prediction's), <c>name</c> (outcomes),
    /// <c>label</c> or <c>value</c> (text), <c>…_type</c>, <c>…_number</c>, <c>…_time</c> and <c>received</c>.
    /// </summary>
    public async IAsyncEnumerable<RecordBatch> ReadAsync(TruthQuery query, ReadReport report, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var (_, rows) in HoursAsync(query, report, cancel))
            if (rows.Count > 0) yield return new TruthRows(query.Kind).Write(rows);
    }

    /// <summary>All that was said of one prediction, oldest first by its own time (for outcomes: of each name).</summary>
    public async Task<IReadOnlyList<TruthRow>> HistoryAsync(TruthKind kind, ModelName model, PredictionId id, ReadReport report, CancellationToken cancel) =>
        await files[kind].ReadAsync(model, TruthService.HourOf(id), null, new HashSet<PredictionId> { id }, report, cancel);

    /// <summary>Where one kind's files stand.</summary>
    internal TruthFiles Files(TruthKind kind) => files[kind];

    /// <summary>What holds of one hour, as a listing saw it.</summary>
    internal async Task<List<TruthRow>> HourAsync(TruthQuery query, DateTimeOffset hour, Partition listed, ReadReport report, CancellationToken cancel) =>
        Select(query, await files[query.Kind].ReadAsync(query.Model, hour, listed, null, report, cancel));

    /// <summary>The hours of a window, in order, each with what the query asks for.</summary>
    internal async IAsyncEnumerable<(DateTimeOffset Hour, List<TruthRow> Rows)> HoursAsync(TruthQuery query, ReadReport report, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var day in files[query.Kind].Reader.DaysAsync(new PredictionQuery(query.Model, query.From, query.To), cancel))
        {
            var hours = day.Select(hour => (Func<CancellationToken, IAsyncEnumerable<(DateTimeOffset, List<TruthRow>)>>)(inner => OneAsync(query, hour.Key, hour.Value, report, inner)));
            await foreach (var hour in Ahead.InOrderAsync(hours, HoursAtOnce, cancel)) yield return hour;
        }
    }

    private async IAsyncEnumerable<(DateTimeOffset, List<TruthRow>)> OneAsync(
        TruthQuery query, DateTimeOffset hour, Partition listed, ReadReport report, [EnumeratorCancellation] CancellationToken cancel)
    {
        yield return (hour, await HourAsync(query, hour, listed, report, cancel));
    }

    // Rows are in order: the last of a prediction and name stands before the next one's first.
    private static List<TruthRow> Select(TruthQuery query, List<TruthRow> rows)
    {
        var kept = new List<TruthRow>(rows.Count);
        for (var at = 0; at < rows.Count; at++)
            if (query.Wants(rows[at]) && (query.History || at + 1 == rows.Count || rows[at + 1].Id != rows[at].Id || rows[at + 1].Name != rows[at].Name)) kept.Add(rows[at]);
        return kept;
    }
}
