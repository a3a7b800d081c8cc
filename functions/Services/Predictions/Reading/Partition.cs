using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
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

    private readonly Dictionary<string, long> covered = new(StringComparer.Ordinal);

    private Partition(string path) => Path = path;

    public string Path { get; }

    public List<PartFile> Parts { get; } = [];

    public List<FreshFile> Fresh { get; } = [];

    public List<string> Foreign { get; } = [];

    /// <summary>Up to which byte the parts cover a fresh blob.</summary>
    public long CoveredUpTo(string name) => covered.GetValueOrDefault(name);

    public static async Task<Partition> ListAsync(BlobContainerClient container, string path, CancellationToken cancel)
    {
        var partition = new Partition(path);
        try
        {
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, path, cancel)) partition.Add(blob);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            // Nothing was ever logged.
        }
        return partition;
    }

    private void Add(BlobItem blob)
    {
        var file = PredictionPaths.Parse(blob.Name);
        var (length, tag) = (blob.Properties.ContentLength ?? 0, blob.Properties.ETag ?? default);
        if (file?.Kind == PredictionFileKind.Fresh) Fresh.Add(new(blob.Name, file.Name, length, tag, blob.Properties.LastModified ?? default));
        else if (file?.Kind == PredictionFileKind.Part && blob.Metadata.TryGetValue(Covers, out var covers)) AddPart(blob, file.Number, length, tag, covers);
        else Foreign.Add(blob.Name);
    }

    private void AddPart(BlobItem blob, int number, long length, ETag tag, string covers)
    {
        _ = long.TryParse(blob.Metadata.TryGetValue(RowsKey, out var text) ? text : null, NumberStyles.None, CultureInfo.InvariantCulture, out var rows);
        Parts.Add(new(blob.Name, number, length, rows, tag, blob.Properties.LastModified ?? default, blob.Properties.AccessTier));
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
internal sealed record PartFile(string Path, int Number, long Length, long Rows, ETag Tag, DateTimeOffset Modified, AccessTier? Tier);

/// <summary>A writer's blob.</summary>
internal sealed record FreshFile(string Path, string Name, long Length, ETag Tag, DateTimeOffset Modified);
