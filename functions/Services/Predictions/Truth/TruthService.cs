using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>Takes labels and outcomes: durable when it answers, whatever their order, however often they come.</summary>
public sealed class TruthService(
    BlobServiceClient blobs, PredictionReader reader, ModelSnapshots models, TruthCounters counters, IOptions<PredictionLogOptions> options, TimeProvider clock,
    ILogger<PredictionReader> logger)
{
    private const int HoursAtOnce = 8;

    private readonly Dictionary<TruthKind, (TruthFiles Files, TruthWriter Writer)> kinds = Enum.GetValues<TruthKind>().ToDictionary(kind => kind, kind =>
    {
        var files = new TruthFiles(blobs, kind, logger);
        return (files, new TruthWriter(files, options.Value, clock));
    });

    private readonly PredictionLookup predictions = new(reader);

    /// <summary>Answers <c>POST /models/{m}/labels</c> or <c>/outcomes</c>.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidName"/>, <see cref="ProblemKind.ModelNotFound"/>, <see cref="ProblemKind.UnsupportedMediaType"/>,
    /// <see cref="ProblemKind.BodyTooLarge"/>, <see cref="ProblemKind.InvalidRequest"/>, or <see cref="ProblemKind.Unavailable"/>: then some may be stored, and a repetition does no harm.</exception>
    public async Task<IResult> AnswerAsync(HttpRequest request, TruthKind kind, string model, CancellationToken cancel)
    {
        var name = ModelName.Parse(model);
        if (await models.GetAsync(name, cancel) is null) throw ModelStore.NotFound(name);
        var items = await TruthDocument.ReadAsync(request, kind, clock.GetUtcNow(), cancel);
        return TypedResults.Json(await AcceptAsync(name, kind, items, cancel), TruthJson.Default.TruthAnswer);
    }

    /// <summary>The hour whose partition holds a prediction and all that is said of it.</summary>
    internal static DateTimeOffset HourOf(PredictionId id) => PredictionPaths.HourOf(id.Time);

    /// <summary>Looks up what the log and the truth know already, decides about each item, and stores what is new.</summary>
    internal async Task<TruthAnswer> AcceptAsync(ModelName model, TruthKind kind, IReadOnlyList<TruthItem> items, CancellationToken cancel)
    {
        var hours = items.Where(item => item.Flaw is null).GroupBy(item => HourOf(item.Row.Id)).Select(group => new TruthBatch(group.Key, [.. group])).ToList();
        await EachAsync(hours, async (hour, inner) =>
        {
            hour.Known = await kinds[kind].Files.ReadAsync(model, hour.Hour, null, hour.Ids, new ReadReport(), inner);
            hour.Found = await predictions.FindAsync(model, hour.Ids, inner);
        }, cancel);
        var missing = hours.Select(hour => hour.Ids.Except(hour.Found).ToHashSet()).Where(ids => ids.Count > 0).ToList();
        var elsewhere = await predictions.FindElsewhereAsync(model, missing, cancel);
        foreach (var hour in hours) hour.Decide(elsewhere);
        await EachAsync(hours.Where(hour => hour.New.Count > 0), (hour, inner) => new(kinds[kind].Writer.AppendAsync(model, hour.Hour, hour.New, inner)), cancel);
        var answer = new TruthAnswer(hours.Sum(hour => hour.New.Count), hours.Sum(hour => hour.Duplicates), hours.Sum(hour => hour.Unknown), [.. Rejected(items, elsewhere)]);
        counters.Count(kind, answer);
        return answer;
    }

    private static IEnumerable<RejectedItem> Rejected(IReadOnlyList<TruthItem> items, HashSet<PredictionId> elsewhere) =>
        from item in items
        let flaw = item.Flaw ?? (elsewhere.Contains(item.Row.Id) ? "id is of another model's prediction." : null)
        where flaw is not null
        select new RejectedItem(item.Index, item.Text, flaw);

    private static Task EachAsync(IEnumerable<TruthBatch> hours, Func<TruthBatch, CancellationToken, ValueTask> work, CancellationToken cancel) =>
        Parallel.ForEachAsync(hours, new ParallelOptions { MaxDegreeOfParallelism = HoursAtOnce, CancellationToken = cancel }, work);
}
