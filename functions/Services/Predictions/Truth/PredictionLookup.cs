using Apache.Arrow;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>Which ids the log has: their time names the hour, and of its files only the column of ids is read, where the row groups' times allow one of them.</summary>
internal sealed class PredictionLookup(PredictionReader reader)
{
    // Fresh blobs are read whole for their ids. An hour with more of them is looked at once it is compacted.
    private const long MaximumFresh = 64L << 20;
    private const int MaximumElsewhere = 64;
    private const int AtOnce = 8;

    /// <summary>Those of the ids that the model's log has.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">All of one hour, at least one.</param>
    /// <param name="listed">The hour as a listing saw it; null to list it.</param>
    /// <param name="cancel">Ends the search.</param>
    public async Task<HashSet<PredictionId>> FindAsync(ModelName model, IReadOnlySet<PredictionId> ids, Partition? listed, CancellationToken cancel)
    {
        var found = new HashSet<PredictionId>();
        var files = listed ?? await Partition.ListAsync(reader.Container, PredictionPaths.Hour(model, TruthService.HourOf(ids.First())), cancel);
        if (files.Fresh.Sum(file => Math.Max(0, file.Length - files.CoveredUpTo(file.Name))) > MaximumFresh) files.Fresh.Clear();
        var query = new PredictionQuery(model, ids.Min(id => id.Time), ids.Max(id => id.Time).AddMilliseconds(1)) { Columns = new HashSet<string> { LogColumns.Id } };
        await foreach (var batch in reader.FilesAsync(query, files, ids.Contains, cancel))
            using (batch)
                for (var row = 0; row < batch.Length; row++) found.Add(BatchFilter.IdAt((StringArray)batch.Column(0), row));
        return found;
    }

    /// <summary>Those of the ids that another model's log has. At most 64 hours of other models are looked at; an id that hides in a further one waits in vain and harms nobody.</summary>
    public async Task<HashSet<PredictionId>> FindElsewhereAsync(ModelName model, IReadOnlyCollection<IReadOnlySet<PredictionId>> hours, CancellationToken cancel)
    {
        var found = new HashSet<PredictionId>();
        if (hours.Count == 0) return found;
        var others = (await reader.ModelsAsync(cancel)).Where(other => other != model);
        var places = others.SelectMany(other => hours.Select(ids => (Model: other, Ids: ids))).Take(MaximumElsewhere);
        await Parallel.ForEachAsync(places, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (place, inner) =>
        {
            var there = await FindAsync(place.Model, place.Ids, null, inner);
            lock (found) found.UnionWith(there);
        });
        return found;
    }
}
