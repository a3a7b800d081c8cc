using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Core.Statistics;
using Serverless.Services.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Baselines;

/// <summary>Baselines in blobs: the columns and their slices first, the document last and once, so that one that is half written is none, and the second of two writers sees the first's.</summary>
/// <param name="blobs">The account.</param>
public sealed class BaselineStore(BlobServiceClient blobs)
{
    private const int MostKnown = 64;

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(StorageNames.BaselinesContainer);
    private readonly ConcurrentDictionary<(ModelName, int), Baseline> known = new();

    /// <summary>A version's baseline; null when it has none.</summary>
    public async Task<Baseline?> FindAsync(ModelName model, int version, CancellationToken cancel)
    {
        if (known.TryGetValue((model, version), out var there)) return there;
        if (await ReadAsync(StorageNames.BaselineDocument(model, version), cancel) is not { } bytes) return null;
        var baseline = JsonSerializer.Deserialize(bytes, BaselineJson.Default.Baseline)!;
        if (known.Count >= MostKnown) known.Clear();
        return known[(model, version)] = baseline;
    }

    /// <summary>A column's bytes, as <see cref="ColumnFile"/> reads them, in rented memory.</summary>
    internal async Task<IMemoryOwner<byte>> ColumnAsync(Baseline baseline, BaselineColumn column, CancellationToken cancel)
    {
        var path = StorageNames.BaselineColumn(ModelName.Parse(baseline.Model), baseline.Version, baseline.Source, IndexOf(baseline, column));
        return await RentedAsync(path, $"The baseline's column {column.Name} is gone.", cancel);
    }

    /// <summary>The slices' bytes, as <see cref="SegmentFile"/> wrote them, in rented memory.</summary>
    internal Task<IMemoryOwner<byte>> SegmentsAsync(Baseline baseline, CancellationToken cancel) =>
        RentedAsync(StorageNames.BaselineSegments(ModelName.Parse(baseline.Model), baseline.Version, baseline.Source), "The baseline's segments are gone.", cancel);

    private async Task<IMemoryOwner<byte>> RentedAsync(string path, string gone, CancellationToken cancel)
    {
        try
        {
            using var answer = (await container.GetBlobClient(path).DownloadStreamingAsync(cancellationToken: cancel)).Value;
            var bytes = new RentedBytes((int)answer.Details.ContentLength);
            await answer.Content.ReadExactlyAsync(bytes.Memory, cancel);
            return bytes;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            throw new InvalidDataException(gone, missing);
        }
    }

    /// <summary>Keeps a baseline. The one that stands: this, or another that was first.</summary>
    internal async Task<Baseline> KeepAsync(BaselineParts parts, CancellationToken cancel)
    {
        var (baseline, columns, segments) = parts;
        var model = ModelName.Parse(baseline.Model);
        await container.CreateIfNotExistsAsync(cancellationToken: cancel);
        for (var at = 0; at < columns.Count; at++)
            await container.GetBlobClient(StorageNames.BaselineColumn(model, baseline.Version, baseline.Source, at)).UploadAsync(BinaryData.FromBytes(columns[at]), overwrite: true, cancel);
        if (segments is not null)
            await container.GetBlobClient(StorageNames.BaselineSegments(model, baseline.Version, baseline.Source)).UploadAsync(BinaryData.FromBytes(segments), overwrite: true, cancel);
        try
        {
            await container.GetBlobClient(StorageNames.BaselineDocument(model, baseline.Version)).UploadAsync(
                BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(baseline, BaselineJson.Default.Baseline)),
                new BlobUploadOptions { Conditions = new() { IfNoneMatch = ETag.All }, HttpHeaders = new() { ContentType = "application/json" } }, cancel);
        }
        catch (RequestFailedException first) when (first.Status is 409 or 412)
        {
            // Another writer, or this one before a response was lost.
        }
        return (await FindAsync(model, baseline.Version, cancel))!;
    }

    private static int IndexOf(Baseline baseline, BaselineColumn column)
    {
        for (var at = 0; at < baseline.Columns.Count; at++)
            if (ReferenceEquals(baseline.Columns[at], column) || baseline.Columns[at].Name == column.Name) return at;
        throw new ArgumentException($"{column.Name} is not a column of this baseline.", nameof(column));
    }

    private async Task<byte[]?> ReadAsync(string path, CancellationToken cancel)
    {
        try
        {
            return (await container.GetBlobClient(path).DownloadContentAsync(cancel)).Value.Content.ToArray();
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    }
}

/// <summary>So many bytes, given back to the pool at the end.</summary>
internal sealed class RentedBytes(int length) : IMemoryOwner<byte>
{
    private byte[] rented = ColumnMemory.Rent<byte>(length);

    public Memory<byte> Memory => rented.AsMemory(0, length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref rented, []) is { Length: > 0 } bytes) ColumnMemory.Return(bytes);
    }
}

/// <summary>Baselines as they are kept, and shown.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCaseEnum<ColumnType>), typeof(CamelCaseEnum<ColumnRole>)])]
[JsonSerializable(typeof(Baseline))]
internal sealed partial class BaselineJson : JsonSerializerContext;
