using System.Runtime.CompilerServices;
using Apache.Arrow;
using Azure;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>
/// The prediction log's reading end: fresh and compacted rows as one, each exactly once, as Arrow batches. Rows are never materialised;
/// partitions, row groups and columns that nobody asked for are not fetched; memory holds a few batches, however long the window.
/// </summary>
public sealed class PredictionReader(BlobServiceClient blobs, ILogger<PredictionReader> logger, string store = PredictionPaths.Container)
{
    // Files whose footers are read ahead, and row groups or fresh blobs that are decoded side by side: there, memory is their number times one's size.
    private const int Files = 4;
    private static readonly int Pieces = Math.Clamp(Environment.ProcessorCount, 2, 4);

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(store);

    internal BlobContainerClient Container => container;

    /// <summary>The predictions of a window, in the order of their hours. Dispose each batch when done with it.</summary>
    /// <param name="query">What to read.</param>
    /// <param name="report">Is told what was passed over; complete when the read has ended.</param>
    /// <param name="cancel">Ends the read.</param>
    public async IAsyncEnumerable<RecordBatch> ReadAsync(PredictionQuery query, ReadReport report, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var day in DaysAsync(query, cancel))
        {
            var files = day.SelectMany(hour => Sources(query, hour.Value, null, report)
                .Select(source => Split(source, new BatchFilter(query, hour.Key >= query.From && hour.Key.AddHours(1) <= query.To))));
            var pieces = Ahead.InOrderAsync(files, Files, cancel);
            await foreach (var batch in Ahead.InOrderAsync(pieces, Pieces, cancel)) yield return batch;
        }
        Tell(report);
    }

    private void Tell(ReadReport report)
    {
        foreach (var flaw in report.Flaws) logger.Flawed(flaw.Path, flaw.From, flaw.To, flaw.What);
    }

    /// <summary>One prediction with all its columns; null when the log has none of this id.</summary>
    public async Task<RecordBatch?> FindAsync(ModelName model, PredictionId id, ReadReport report, CancellationToken cancel)
    {
        var query = new PredictionQuery(model, id.Time, id.Time.AddMilliseconds(1));
        var look = new BatchFilter(query with { Columns = new HashSet<string> { LogColumns.Id } }, wholeHour: true, ids: found => found == id);
        var take = new BatchFilter(query, wholeHour: true, ids: found => found == id);
        return await Overtaken.AgainAsync(async () =>
        {
            foreach (var source in Sources(query, await ListAsync(model, PredictionPaths.HourOf(id.Time), cancel), id, report))
            {
                using var seen = await FirstAsync(Filtered(source, look)(cancel));
                if (seen is not null) return await FirstAsync(Filtered(source, take)(cancel));
            }
            return null;
        });
    }

    /// <summary>One hour's files as they are now.</summary>
    internal Task<Partition> ListAsync(ModelName model, DateTimeOffset hour, CancellationToken cancel) =>
        Partition.ListAsync(container, PredictionPaths.Hour(model, hour), cancel);

    /// <summary>
    /// A page of a window in the order of ids, which is that of time. It goes on after the id that the last page ended with;
    /// so rows that arrive or move meanwhile neither repeat nor hide others.
    /// </summary>
    public async Task<PredictionPage> PageAsync(PredictionQuery query, PredictionId? after, int size, ReadReport report, CancellationToken cancel)
    {
        var rows = new List<PredictionRow>();
        var start = after is { } last && last.Time > query.From ? query with { From = last.Time } : query;
        await foreach (var day in DaysAsync(start, cancel))
            foreach (var (hour, files) in day)
            {
                rows.AddRange(await HourAsync(hour, files));
                if (rows.Count >= size) return new(rows, rows[^1].Id);
            }
        return new(rows, null);

        Task<IReadOnlyList<PredictionRow>> HourAsync(DateTimeOffset hour, Partition listed) => Overtaken.AgainAsync(
            listed, () => ListAsync(query.Model, hour, cancel), files => new PageOfHour(start, hour, after, size - rows.Count).ReadAsync([.. Sources(start, files, null, report)], cancel));
    }

    /// <summary>Of one hour's files, the rows of a query whose ids pass.</summary>
    internal async IAsyncEnumerable<RecordBatch> FilesAsync(PredictionQuery query, Partition files, Func<PredictionId, bool> ids, [EnumeratorCancellation] CancellationToken cancel)
    {
        var filter = new BatchFilter(query, wholeHour: false, ids: ids);
        foreach (var source in Sources(query, files, null, new ReadReport()))
            await foreach (var batch in FilterAsync(source, filter, cancel)) yield return batch;
    }

    /// <summary>A query's rows of one hour's files, as a listing saw them.</summary>
    internal async IAsyncEnumerable<RecordBatch> HourAsync(PredictionQuery query, Partition files, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (filter, report) = (new BatchFilter(query, wholeHour: false), new ReadReport());
        foreach (var source in Sources(query, files, null, report))
            await foreach (var batch in FilterAsync(source, filter, cancel)) yield return batch;
        Tell(report);
    }

    /// <summary>All rows of one hour's files, some columns.</summary>
    internal async IAsyncEnumerable<RecordBatch> HourAsync(Partition files, Func<string, bool> wanted, ReadReport report, [EnumeratorCancellation] CancellationToken cancel)
    {
        var query = new PredictionQuery(default, DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
        foreach (var source in Sources(query, files, null, report))
            await foreach (var batch in source.ReadAsync(wanted, cancel)) yield return batch;
    }

    /// <summary>The hours of a window that have rows, and how many stand in compacted files; null where some do not yet, so that the number may change at any moment.</summary>
    public async Task<IReadOnlyList<(DateTimeOffset Hour, long? Settled)>> SettledAsync(ModelName model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancel)
    {
        var hours = new List<(DateTimeOffset, long?)>();
        await foreach (var day in DaysAsync(new PredictionQuery(model, from, to), cancel))
            foreach (var (hour, files) in day)
                hours.Add((hour, files.Fresh.All(file => files.CoveredUpTo(file.Name) >= file.Length) ? files.Parts.Sum(part => part.Rows) : null));
        return hours;
    }

    /// <summary>The models that have a log.</summary>
    public async Task<IReadOnlyList<ModelName>> ModelsAsync(CancellationToken cancel)
    {
        var models = new List<ModelName>();
        await foreach (var prefix in PrefixesAsync("", cancel))
            if (prefix.StartsWith("model=", StringComparison.Ordinal)) models.Add(ModelName.Parse(Uri.UnescapeDataString(prefix["model=".Length..^1])));
        return models;
    }

    /// <summary>The hours of a window that hold files, day by day: one listing finds the days, one more a day its files.</summary>
    internal async IAsyncEnumerable<IReadOnlyList<KeyValuePair<DateTimeOffset, Partition>>> DaysAsync(PredictionQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (query.To <= query.From) yield break;
        var (first, last) = (PredictionPaths.HourOf(query.From), PredictionPaths.HourOf(query.To.AddTicks(-1)));
        foreach (var day in (await DaysAsync(query.Model, cancel)).Where(day => day >= DateOf(first) && day <= DateOf(last)))
            yield return [.. (await Partition.ListDayAsync(container, query.Model, day, cancel)).Where(hour => hour.Key >= first && hour.Key <= last)];
    }

    /// <summary>The days on which a model has files, oldest first.</summary>
    internal async Task<IReadOnlyList<DateOnly>> DaysAsync(ModelName model, CancellationToken cancel)
    {
        var days = new List<DateOnly>();
        await foreach (var prefix in PrefixesAsync(PredictionPaths.Model(model), cancel))
            if (PredictionPaths.ParseDay(prefix) is { } day) days.Add(day);
        return days;
    }

    private static DateOnly DateOf(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime);

    private IEnumerable<IPredictionSource> Sources(PredictionQuery query, Partition partition, PredictionId? id, ReadReport report)
    {
        foreach (var path in partition.Foreign) report.Add(new(path, 0, 0, "not a file of the log"));
        foreach (var part in partition.Parts.OrderBy(part => part.Number))
            yield return new GuardedRows(new PartRows(new PartSource(container, part, report), query, id), report);
        foreach (var file in partition.Fresh.OrderBy(file => file.Name, StringComparer.Ordinal))
            if (partition.CoveredUpTo(file.Name) is var from && from < file.Length)
                yield return new FreshRows(new FreshSource(container, file, report), from, file.Length, file.Path, report);
    }

    private static Func<CancellationToken, IAsyncEnumerable<Func<CancellationToken, IAsyncEnumerable<RecordBatch>>>> Split(IPredictionSource source, BatchFilter filter) =>
        cancel => source.SplitAsync(cancel).Select(piece => Filtered(piece, filter));

    private static Func<CancellationToken, IAsyncEnumerable<RecordBatch>> Filtered(IPredictionSource source, BatchFilter filter) =>
        cancel => FilterAsync(source, filter, cancel);

    private static async IAsyncEnumerable<RecordBatch> FilterAsync(IPredictionSource source, BatchFilter filter, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var batch in source.ReadAsync(filter.Needs, cancel))
            if (filter.Apply(batch) is { } passed) yield return passed;
    }

    private static async Task<RecordBatch?> FirstAsync(IAsyncEnumerable<RecordBatch> batches)
    {
        await foreach (var batch in batches) return batch;
        return null;
    }

    private async IAsyncEnumerable<string> PrefixesAsync(string path, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var items = container.GetBlobsByHierarchyAsync(Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, "/", path, cancel).GetAsyncEnumerator(cancel);
        while (await NextAsync(items))
            if (items.Current.IsPrefix) yield return items.Current.Prefix;
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<Azure.Storage.Blobs.Models.BlobHierarchyItem> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return false;
        }
    }
}
