using Apache.Arrow;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>
/// Reads a window's columns from the log. Two passes: one over a few small columns tells how many rows each version has, the other keeps the columns of
/// one version, all rows up to <see cref="Limit"/> and beyond it a uniform sample of about half as many, so that memory is bounded whatever the window.
/// </summary>
public sealed class WindowReader(PredictionReader predictions, PredictionJoin join)
{
    /// <summary>Rows that are all kept; counts are of all rows whatever their number.</summary>
    public const int Limit = 1_000_000;

    private const int Answered = 200;

    internal async Task<WindowRows> ReadAsync(WindowQuery query, CancellationToken cancel)
    {
        var counted = await CountRowsAsync(query, cancel);
        return counted.Versions.Count == 0 ? counted : await GatherAsync(query, counted, cancel);
    }

    /// <summary>How many rows each version has, and whose columns are wanted; no columns yet.</summary>
    internal async Task<WindowRows> CountRowsAsync(WindowQuery query, CancellationToken cancel)
    {
        var counts = await CountAsync(query, cancel);
        var flaws = Told(counts.Report);
        if (counts.Versions.Count == 0)
            return new(query.Window, query.Version, 0) { Flaws = flaws };
        var version = query.Version ?? counts.Versions.MaxBy(count => (count.Value, count.Key)).Key;
        var rows = counts.Versions.GetValueOrDefault(version);
        var window = query.Rows is { } most && rows > most ? query.Window with { From = await StartAsync(query, version, most, cancel) } : query.Window;
        return new(window, version, query.Rows is { } newest ? Math.Min(newest, rows) : rows) { Versions = counts.Versions, Newest = counts.Newest, Flaws = flaws };
    }

    /// <summary>The columns of rows that were counted.</summary>
    internal async Task<WindowRows> GatherAsync(WindowQuery query, WindowRows counted, CancellationToken cancel)
    {
        var gathered = await GatherAsync(query with { Window = counted.Window }, counted.Version!.Value, counted.Rows, new ReadReport(), cancel);
        return gathered with { Versions = counted.Versions, Newest = counted.Newest, Flaws = counted.Flaws };
    }

    /// <summary>Answered rows of a window, of all versions.</summary>
    public async Task<long> CountAsync(ModelName model, TimeWindow window, CancellationToken cancel) =>
        (await CountAsync(new(model, window, Signal.FeatureDrift), cancel)).Versions.Values.Sum();

    /// <summary>How requests of a window went, all of them and those of each version.</summary>
    internal async Task<(OperationsFigures All, IReadOnlyDictionary<int, OperationsFigures> Versions)> OperationsAsync(ModelName model, TimeWindow window, ICollection<string> flaws, CancellationToken cancel)
    {
        var wanted = new PredictionQuery(model, window.From, window.To) { Columns = new HashSet<string> { LogColumns.Version, LogColumns.Status, LogColumns.Total } };
        var (read, report) = await Overtaken.AgainAsync(async () =>
        {
            var (reader, told) = (new OperationsReader(), new ReadReport());
            await foreach (var batch in predictions.ReadAsync(wanted, told, cancel))
                using (batch) reader.Add(batch);
            return (reader, told);
        });
        foreach (var flaw in Told(report)) flaws.Add(flaw);
        return read.Figures();
    }

    private Task<(Dictionary<int, long> Versions, DateTimeOffset? Newest, ReadReport Report)> CountAsync(WindowQuery query, CancellationToken cancel) => Overtaken.AgainAsync(async () =>
    {
        var (versions, newest, report) = (new Dictionary<int, long>(), (DateTimeOffset?)null, new ReadReport());
        HashSet<string> columns = query.Newest ? [LogColumns.Version, LogColumns.Time] : [LogColumns.Version];
        var wanted = new PredictionQuery(query.Model, query.Window.From, query.Window.To) { Columns = columns, Status = Answered };
        await foreach (var batch in predictions.ReadAsync(wanted, report, cancel))
            using (batch)
            {
                foreach (var version in ((Int32Array)batch.Column(LogColumns.Version)).Values)
                    versions[version] = versions.GetValueOrDefault(version) + 1;
                if (query.Newest)
                    newest = Later(newest, (TimestampArray)batch.Column(LogColumns.Time));
            }
        return (versions, newest, report);
    });

    /// <summary>The time from which on a version has so many rows: hour by hour back, then the time of the row itself.</summary>
    private async Task<DateTimeOffset> StartAsync(WindowQuery query, int version, int rows, CancellationToken cancel)
    {
        var newest = new List<long>();
        for (var end = query.Window.To; newest.Count < rows && end > query.Window.From; end = end.AddHours(-1))
        {
            var wanted = new PredictionQuery(query.Model, end.AddHours(-1) > query.Window.From ? end.AddHours(-1) : query.Window.From, end)
            { Columns = new HashSet<string> { LogColumns.Time }, Status = Answered, Version = version };
            newest.AddRange(await Overtaken.AgainAsync(async () =>
            {
                var times = new List<long>();
                await foreach (var batch in predictions.ReadAsync(wanted, new ReadReport(), cancel))
                    using (batch)
                        times.AddRange(((TimestampArray)batch.Column(LogColumns.Time)).Values);
                return times;
            }));
        }
        newest.Sort();
        return DateTimeOffset.FromUnixTimeMilliseconds(newest[Math.Max(0, newest.Count - rows)]);
    }

    /// <summary>The columns of one version's rows, which are about so many. The report tells what was passed over.</summary>
    internal Task<WindowRows> GatherAsync(WindowQuery query, int version, long rows, ReadReport report, CancellationToken cancel) => Overtaken.AgainAsync(async () =>
    {
        var sampler = new RowSampler(rows, Limit);
        var columns = new GatheredColumns(query, sampler.Capacity);
        var read = 0L;
        await foreach (var batch in Batches(query, version, columns, report, cancel))
            using (batch)
            {
                columns.Add(batch, sampler.Next(batch.Length));
                read += batch.Length;
            }
        return new WindowRows(query.Window, version, read) { Columns = columns.Columns, Segments = columns.Segments, Names = columns.Names };
    });

    private IAsyncEnumerable<RecordBatch> Batches(WindowQuery query, int version, GatheredColumns columns, ReadReport report, CancellationToken cancel)
    {
        var wanted = new PredictionQuery(query.Model, query.Window.From, query.Window.To) { Choosing = columns.Wants, Status = Answered, Version = version };
        return query.Signal == Signal.LabelDrift
            ? join.ReadAsync(wanted, new JoinedTruth(Labels: true, []), report, cancel)
            : predictions.ReadAsync(wanted, report, cancel);
    }

    private static DateTimeOffset? Later(DateTimeOffset? newest, TimestampArray times)
    {
        var latest = newest?.ToUnixTimeMilliseconds() ?? long.MinValue;
        foreach (var time in times.Values)
            latest = Math.Max(latest, time);
        return latest == long.MinValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(latest);
    }

    private static IReadOnlyList<string> Told(ReadReport report) => [.. report.Flaws.Select(flaw => $"{flaw.Path}: {flaw.What}").Distinct().Take(100)];
}
