using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;
using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

/// <summary>
/// The files of one kind of truth, hour by hour: one Parquet, and what writers have appended since it was made.
/// The Parquet is replaced whole; a reader that is overtaken by that begins the hour anew.
/// </summary>
internal sealed class TruthFiles(BlobServiceClient blobs, TruthKind kind, ILogger<PredictionReader> logger)
{
    public TruthKind Kind => kind;

    /// <summary>Finds the models, days and hours that hold files.</summary>
    public PredictionReader Reader { get; } = new(blobs, logger, TruthColumns.Container(kind));

    public BlobContainerClient Container => Reader.Container;

    public TruthMarks Marks => new(Container);

    /// <summary>An hour's statements, each once, in order.</summary>
    /// <param name="model">The model.</param>
    /// <param name="hour">The predictions' hour.</param>
    /// <param name="listed">The hour as a listing saw it; null to list it.</param>
    /// <param name="ids">Only these predictions'; null for all.</param>
    /// <param name="report">Is told what was passed over.</param>
    /// <param name="cancel">Ends the read.</param>
    public Task<List<TruthRow>> ReadAsync(ModelName model, DateTimeOffset hour, Partition? listed, IReadOnlySet<PredictionId>? ids, ReadReport report, CancellationToken cancel) =>
        Overtaken.AgainAsync(listed, () => ListAsync(model, hour, cancel), async files => TruthRow.Distinct(await ReadAsync(files, Query(model, hour, ids), ids is null ? null : ids.Contains, report, cancel)));

    /// <summary>One hour as it is now.</summary>
    public Task<Partition> ListAsync(ModelName model, DateTimeOffset hour, CancellationToken cancel) =>
        Reader.ListAsync(model, hour, cancel);

    private static PredictionQuery Query(ModelName model, DateTimeOffset hour, IReadOnlySet<PredictionId>? ids) => ids is null
        ? new(model, hour, hour.AddHours(1))
        : new(model, ids.Min(id => id.Time), ids.Max(id => id.Time).AddMilliseconds(1));

    /// <summary>What these files say, in no order, perhaps more than once.</summary>
    public async Task<List<TruthRow>> ReadAsync(Partition files, PredictionQuery query, Func<PredictionId, bool>? ids, ReadReport report, CancellationToken cancel)
    {
        var (rows, columns) = (new List<TruthRow>(), new TruthRows(kind));
        foreach (var path in files.Foreign) report.Add(new(path, 0, 0, "not a file of the log"));
        foreach (var part in files.Parts)
            await ReadAsync(new GuardedRows(new PartRows(new PartSource(Container, part, report), query, null), report), columns, rows, ids, report, cancel);
        foreach (var file in files.Fresh)
            if (files.CoveredUpTo(file.Name) is var from && from < file.Length)
                await ReadAsync(new FreshRows(new FreshSource(Container, file, report), from, file.Length, file.Path, report), columns, rows, ids, report, cancel);
        return rows;
    }

    private static async Task ReadAsync(IPredictionSource source, TruthRows columns, List<TruthRow> rows, Func<PredictionId, bool>? ids, ReadReport report, CancellationToken cancel)
    {
        await foreach (var batch in source.ReadAsync(_ => true, cancel))
            using (batch)
                try
                {
                    columns.Read(batch, rows, ids);
                }
                catch (Exception foreign) when (foreign is InvalidDataException or FormatException)
                {
                    report.Add(new(source.Path, 0, 0, foreign.Message));
                }
    }
}
