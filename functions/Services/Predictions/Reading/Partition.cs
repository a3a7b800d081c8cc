using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>
/// The files of one hour as one listing saw them. A part's metadata says which fresh bytes it replaces, and a part appears whole or not at all:
/// so the parts, and of each fresh blob what they do not cover, are every row exactly once.
/// </summary>
internal sealed class Partition
{
    public const string Covers = "covers";
    public const string RowsKey = "rows";
    public const string Flawed = "flawed";
    public const string Waiting = "waiting";
    public const string Matched = "matched";

    private readonly Dictionary<string, long> covered = new(StringComparer.Ordinal);

    private Partition(string path) => Path = path;

    public string Path { get; }

    public List<PartFile> Parts { get; } = [];

    public List<FreshFile> Fresh { get; } = [];

    public List<string> Foreign { get; } = [];

    /// <summary>Up to which byte the parts cover a fresh blob.</summary>
    public long CoveredUpTo(string name) => covered.GetValueOrDefault(name);

    /// <summary>One hour.</summary>
    public static async Task<Partition> ListAsync(BlobContainerClient container, string path, CancellationToken cancel)
    {
        var partition = new Partition(path);
        await foreach (var blob in BlobsAsync(container, path, cancel)) partition.Add(blob);
        return partition;
    }

    /// <summary>The hours of a day that hold files, with one listing.</summary>
    public static async Task<SortedDictionary<DateTimeOffset, Partition>> ListDayAsync(BlobContainerClient container, ModelName model, DateOnly day, CancellationToken cancel)
    {
        var hours = new SortedDictionary<DateTimeOffset, Partition>();
        await foreach (var blob in BlobsAsync(container, PredictionPaths.Hours(model, day), cancel))
        {
            if (PredictionPaths.Parse(blob.Name)?.Hour is not { } hour) continue;
            if (!hours.TryGetValue(hour, out var partition)) hours[hour] = partition = new(PredictionPaths.Hour(model, hour));
            partition.Add(blob);
        }
        return hours;
    }

    private static async IAsyncEnumerable<BlobItem> BlobsAsync(BlobContainerClient container, string path, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var blobs = container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, path, cancel).GetAsyncEnumerator(cancel);
        while (await NextAsync(blobs)) yield return blobs.Current;
    }

    // No container: nothing was ever logged.
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<BlobItem> blobs)
    {
        try
        {
            return await blobs.MoveNextAsync();
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return false;
        }
    }

    private void Add(BlobItem blob)
    {
        var file = PredictionPaths.Parse(blob.Name);
        var (length, tag) = (blob.Properties.ContentLength ?? 0, blob.Properties.ETag ?? default);
        if (file?.Kind == PredictionFileKind.Fresh) Fresh.Add(new(blob.Name, file.Name, length, tag, blob.Properties.LastModified ?? default, Number(blob, Flawed) ?? -1));
        else if (file?.Kind == PredictionFileKind.Part && blob.Metadata.TryGetValue(Covers, out var covers)) AddPart(blob, file.Number, length, tag, covers);
        else Foreign.Add(blob.Name);
    }

    private static long? Number(BlobItem blob, string key) =>
        blob.Metadata.TryGetValue(key, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private void AddPart(BlobItem blob, int number, long length, ETag tag, string covers)
    {
        Parts.Add(new(blob.Name, number, length, Number(blob, RowsKey) ?? 0, tag, blob.Properties.LastModified ?? default, blob.Properties.AccessTier)
        {
            Waiting = Number(blob, Waiting) ?? 0,
            Matched = Number(blob, Matched) ?? 0,
        });
        foreach (var range in covers.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = range.IndexOf(':');
            var end = long.Parse(range.AsSpan(colon + 1), CultureInfo.InvariantCulture);
            var name = range[..colon];
            covered[name] = Math.Max(end, covered.GetValueOrDefault(name));
        }
    }
}

/// <summary>A compacted file.</summary>
internal sealed record PartFile(string Path, int Number, long Length, long Rows, ETag Tag, DateTimeOffset Modified, AccessTier? Tier)
{
    /// <summary>Of a part of labels or outcomes: predictions that the log did not have when it was made.</summary>
    public long Waiting { get; init; }

    /// <summary>And those that it had.</summary>
    public long Matched { get; init; }
}

/// <summary>A writer's blob. It is flawed when compaction found bytes that hold no rows; <c>FlawedUpTo</c> says up to where it holds nothing else.</summary>
internal sealed record FreshFile(string Path, string Name, long Length, ETag Tag, DateTimeOffset Modified, long FlawedUpTo);
