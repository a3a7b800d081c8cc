using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>Deletes predictions, and what was said of them, by the predictions' age, and moves files to the cold tier. Each run does what is due; a run that crashed is finished by the next.</summary>
public sealed class Retention(BlobServiceClient blobs, ILogger<PredictionReader> reading, IOptions<PredictionLogOptions> options, TimeProvider clock, ILogger<Retention> logger)
{
    private static readonly TimeSpan JournalsKept = TimeSpan.FromDays(30);

    private readonly PredictionReader[] stores =
        [.. ((string[])[PredictionPaths.Container, PredictionPaths.LabelsContainer, PredictionPaths.OutcomesContainer]).Select(store => new PredictionReader(blobs, reading, store))];

    private readonly TimeSpan grace = options.Value.Grace;

    /// <summary>Is told each file before it is touched; a test throws there to crash.</summary>
    internal Action<string> Before { get; set; } = _ => { };

    /// <summary>Applies a model's policy to its days.</summary>
    public async Task<RetentionResult> RunAsync(ModelName model, LoggingPolicy policy, CancellationToken cancel)
    {
        var result = new RetentionResult(0, 0);
        foreach (var store in stores) result += await RunAsync(store, model, policy, cancel);
        logger.Retained(result.Deleted, model.Value, result.Moved);
        return result;
    }

    /// <summary>Deletes the counts of writers that ended long ago.</summary>
    public async Task<int> SweepJournalsAsync(CancellationToken cancel)
    {
        var deleted = 0;
        var container = stores[0].Container;
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, PredictionPaths.Writers, cancel))
        {
            if (clock.GetUtcNow() - blob.Properties.LastModified < JournalsKept) continue;
            await container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancel);
            deleted++;
        }
        return deleted;
    }

    private async Task<RetentionResult> RunAsync(PredictionReader store, ModelName model, LoggingPolicy policy, CancellationToken cancel)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var result = new RetentionResult(0, 0);
        foreach (var day in await store.DaysAsync(model, cancel))
        {
            var age = today.DayNumber - day.DayNumber;
            if (policy.RetentionDays is { } days && age > days) result += new RetentionResult(await DeleteAsync(store.Container, model, day, cancel), 0);
            else if (policy.ColdAfterDays is { } cold && age > cold) result += new RetentionResult(0, await CoolAsync(store.Container, model, day, cancel));
        }
        return result;
    }

    // Fresh blobs first: were a part to go before those that it replaced, their rows would stand up again.
    private async Task<int> DeleteAsync(BlobContainerClient container, ModelName model, DateOnly day, CancellationToken cancel)
    {
        var names = new List<(bool Part, string Name)>();
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, PredictionPaths.Day(model, day), cancel))
            names.Add((PredictionPaths.Parse(blob.Name)?.Kind is PredictionFileKind.Part, blob.Name));
        foreach (var (_, name) in names.OrderBy(entry => entry.Part))
        {
            Before(name);
            await container.DeleteBlobIfExistsAsync(name, cancellationToken: cancel);
        }
        return names.Count;
    }

    // Only parts can move, and only what is settled: a blob that compaction still reads stays warm.
    private async Task<int> CoolAsync(BlobContainerClient container, ModelName model, DateOnly day, CancellationToken cancel)
    {
        var moved = 0;
        foreach (var part in (await Partition.ListDayAsync(container, model, day, cancel)).Values.SelectMany(hour => hour.Parts))
        {
            if (part.Tier == AccessTier.Cold || part.Tier == AccessTier.Archive || clock.GetUtcNow() - part.Modified < grace) continue;
            Before(part.Path);
            try
            {
                await container.GetBlobClient(part.Path).SetAccessTierAsync(AccessTier.Cold, cancellationToken: cancel);
                moved++;
            }
            catch (RequestFailedException gone) when (gone.Status == 404)
            {
                // Deleted meanwhile.
            }
        }
        return moved;
    }
}

/// <summary>What a retention run did.</summary>
/// <param name="Deleted">Files deleted.</param>
/// <param name="Moved">Files moved to the cold tier.</param>
public readonly record struct RetentionResult(int Deleted, int Moved)
{
    /// <summary>Both runs' together.</summary>
    public static RetentionResult operator +(RetentionResult left, RetentionResult right) => new(left.Deleted + right.Deleted, left.Moved + right.Moved);
}
