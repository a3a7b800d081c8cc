using System.Collections.Concurrent;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>Appends this process's statements of one kind: a blob for each model and hour, which nobody else writes.</summary>
internal sealed class TruthWriter(TruthFiles files, PredictionLogOptions options, TimeProvider clock)
{
    private const int MaximumStreams = 4096;

    private readonly ConcurrentDictionary<(ModelName Model, DateTimeOffset Hour), TruthStream> streams = new();
    private readonly string id = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
    private int blobs;

    /// <summary>Durable when it returns.</summary>
    public Task AppendAsync(ModelName model, DateTimeOffset hour, IReadOnlyList<TruthRow> rows, CancellationToken cancel)
    {
        if (streams.Count > MaximumStreams) Forget();
        return streams.GetOrAdd((model, hour), Begin).AppendAsync(rows, cancel);
    }

    private TruthStream Begin((ModelName Model, DateTimeOffset Hour) of) =>
        new(new TruthRows(files.Kind), of.Model, id, () => new FreshBlob(files.Container, Path(of.Model, of.Hour), Unsettled), cancel => files.Marks.MarkAsync(of.Model, of.Hour, clock.GetUtcNow(), cancel), options, clock);

    private string Path(ModelName model, DateTimeOffset hour) => PredictionPaths.Fresh(model, hour, id, Interlocked.Increment(ref blobs));

    // A blob that is gone may have held the block in doubt. It is written again: the same statement twice is one.
    private static Task<bool> Unsettled(string path, long end, CancellationToken cancel) => Task.FromResult(false);

    // Who holds a forgotten stream still ends what it began; the next begins another blob.
    private void Forget()
    {
        foreach (var old in streams.OrderBy(stream => stream.Value.UsedAt).Take(MaximumStreams / 2)) streams.TryRemove(old);
    }
}
