using Apache.Arrow;
using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

/// <summary>Which ids the log has: their time names the hour, and of its files only the column of ids is read, where the row groups' times allow one of them.</summary>
internal sealed class PredictionLookup(PredictionReader reader)
{
    // Of other models: fresh blobs are read through for their ids, and there are none of this model's but by mistake.
    private const long MaximumFreshElsewhere = 64L << 20;
    private const int MaximumElsewhere = 64;
    private const int AtOnce = 8;

    /// <summary>Those of the ids that the model's log has. Files are walked through until all are found, compacted ones first; memory holds a batch of ids.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">All of one hour, at least one.</param>
    /// <param name="cancel">Ends the search.</param>
    public Task<HashSet<PredictionId>> FindAsync(ModelName model, IReadOnlySet<PredictionId> ids, CancellationToken cancel) =>
        FindAsync(model, ids, long.MaxValue, cancel);

    /// <summary>Those of the ids that another model's log has. At most 64 hours of other models are looked at; an id that hides in a further one waits in vain and harms nobody.</summary>
    public async Task<HashSet<PredictionId>> FindElsewhereAsync(ModelName model, IReadOnlyCollection<IReadOnlySet<PredictionId>> hours, CancellationToken cancel)
    {
        var found = new HashSet<PredictionId>();
        if (hours.Count == 0) return found;
        var others = (await reader.ModelsAsync(cancel)).Where(other => other != model);
        var places = others.SelectMany(other => hours.Select(ids => (Model: other, Ids: ids))).Take(MaximumElsewhere);
        await Parallel.ForEachAsync(places, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (place, inner) =>
        {
            var there = await FindAsync(place.Model, place.Ids, MaximumFreshElsewhere, inner);
            lock (found) found.UnionWith(there);
        });
        return found;
    }

    private Task<HashSet<PredictionId>> FindAsync(ModelName model, IReadOnlySet<PredictionId> ids, long maximumFresh, CancellationToken cancel) => Overtaken.AgainAsync(async () =>
    {
        var files = await reader.ListAsync(model, TruthService.HourOf(ids.First()), cancel);
        if (files.Fresh.Sum(file => Math.Max(0, file.Length - files.CoveredUpTo(file.Name))) > maximumFresh) files.Fresh.Clear();
        var found = new HashSet<PredictionId>();
        var query = new PredictionQuery(model, ids.Min(id => id.Time), ids.Max(id => id.Time).AddMilliseconds(1)) { Columns = new HashSet<string> { LogColumns.Id } };
        await foreach (var batch in reader.FilesAsync(query, files, ids.Contains, cancel))
        {
            using (batch)
                for (var row = 0; row < batch.Length; row++) found.Add(BatchFilter.IdAt((StringArray)batch.Column(0), row));
            if (found.Count == ids.Count) break;
        }
        return found;
    });
}
