using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>Deletes predictions by age and moves files to the cold tier. Each run does what is due; a run that crashed is finished by the next.</summary>
public sealed class Retention(BlobServiceClient blobs, PredictionReader reader, IOptions<PredictionLogOptions> options, TimeProvider clock, ILogger<Retention> logger)
{
    private static readonly TimeSpan JournalsKept = TimeSpan.FromDays(30);

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(PredictionPaths.Container);
    private readonly TimeSpan grace = options.Value.Grace;

    /// <summary>Is told each file before it is touched; a test throws there to crash.</summary>
    internal Action<string> Before { get; set; } = _ => { };

    /// <summary>Applies a model's policy to its days.</summary>
    public async Task<RetentionResult> RunAsync(ModelName model, LoggingPolicy policy, CancellationToken cancel)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var result = new RetentionResult(0, 0);
        foreach (var day in await reader.DaysAsync(model, cancel))
        {
            var age = today.DayNumber - day.DayNumber;
            if (policy.RetentionDays is { } days && age > days) result = result with { Deleted = result.Deleted + await DeleteAsync(model, day, cancel) };
            else if (policy.ColdAfterDays is { } cold && age > cold) result = result with { Moved = result.Moved + await CoolAsync(model, day, cancel) };
        }
        logger.Retained(result.Deleted, model.Value, result.Moved);
        return result;
    }

    /// <summary>Deletes the counts of writers that ended long ago.</summary>
    public async Task<int> SweepJournalsAsync(CancellationToken cancel)
    {
        var deleted = 0;
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, PredictionPaths.Writers, cancel))
        {
            if (clock.GetUtcNow() - blob.Properties.LastModified < JournalsKept) continue;
            await container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancel);
            deleted++;
        }
        return deleted;
    }

    // Fresh blobs first: were a part to go before those that it replaced, their rows would stand up again.
    private async Task<int> DeleteAsync(ModelName model, DateOnly day, CancellationToken cancel)
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
    private async Task<int> CoolAsync(ModelName model, DateOnly day, CancellationToken cancel)
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
public readonly record struct RetentionResult(int Deleted, int Moved);
