using Apache.Arrow;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Registry;

namespace Serverless.Services.Predictions;

/// <summary>Reads the log back for callers: by ids, or page by page through a window.</summary>
/// <param name="reader">The log.</param>
/// <param name="truth">What is said of its predictions.</param>
/// <param name="models">Which models there are.</param>
/// <param name="clock">Where a window ends that names no end.</param>
public sealed class PredictionExport(PredictionReader reader, TruthReader truth, ModelSnapshots models, TimeProvider clock)
{
    /// <summary>Answers <c>GET /models/{m}/predictions</c>.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidName"/>, <see cref="ProblemKind.ModelNotFound"/>, <see cref="ProblemKind.InvalidRequest"/>,
    /// <see cref="ProblemKind.NotAcceptable"/>, <see cref="ProblemKind.NotFound"/>: one id was asked for, and the log has none of it.</exception>
    public async Task<IResult> AnswerAsync(HttpRequest request, string model, CancellationToken cancel)
    {
        var name = ModelName.Parse(model);
        if (await models.GetAsync(name, cancel) is null) throw ModelStore.NotFound(name);
        var format = ExportFormats.Of(request);
        var query = ExportQuery.Of(request, name, clock.GetUtcNow());
        var page = query.Ids is { } ids ? await FindAsync(name, ids, cancel) : await reader.PageAsync(query.Window, query.After, query.Size, new ReadReport(), cancel);
        var batches = await JoinAsync(query, [.. ExportBatches.Runs(page.Rows)], cancel);
        var schema = ExportBatches.Union(batches, query.Columns);
        return new ExportResult(format, schema, [.. batches.Select(batch => ExportBatches.Fit(batch, schema))], page.Next is { } next ? query.Token(next) : null);
    }

    private async Task<PredictionPage> FindAsync(ModelName model, IReadOnlyList<PredictionId> ids, CancellationToken cancel)
    {
        var rows = new List<PredictionRow>();
        foreach (var id in ids)
            if (await reader.FindAsync(model, id, new ReadReport(), cancel) is { } batch) rows.Add(new(id, batch, 0));
        return rows.Count > 0 || ids.Count > 1
            ? new(rows, null)
            : throw new ProblemException(ProblemKind.NotFound, $"The log of {model} has no prediction {ids[0]}: none was made, it is not durable yet, or its time is up.") { Where = "id" };
    }

    // In the order of the hours that they fall in, as a side is walked through.
    private async Task<List<RecordBatch>> JoinAsync(ExportQuery query, List<RecordBatch> batches, CancellationToken cancel)
    {
        if (batches.Count == 0 || query.Joined is { Labels: false, Outcomes.Count: 0 }) return batches;
        var hours = batches.ConvertAll(batch => TruthService.HourOf(BatchFilter.IdAt((StringArray)batch.Column(LogColumns.Id), 0)));
        var window = query.Window with { From = hours.Min(), To = hours.Max().AddHours(1) };
        await using var sides = new JoinSides(truth, window, query.Joined, new ReadReport(), cancel);
        foreach (var at in Enumerable.Range(0, batches.Count).OrderBy(at => hours[at]))
            batches[at] = await sides.WidenAsync(batches[at], _ => true);
        return batches;
    }
}
