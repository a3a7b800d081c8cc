using System.Text.Json.Serialization.Metadata;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using System.Text.Json;

namespace Serverless.Hosting.Storage;

/// <summary>Small JSON documents in blobs.</summary>
internal static class JsonBlob
{
    private const int NotFound = 404;
    private const int AlreadyThere = 409;

    public static async Task<T?> ReadAsync<T>(BlobClient blob, JsonTypeInfo<T> type, CancellationToken cancel) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize((await blob.DownloadContentAsync(cancel)).Value.Content, type);
        }
        catch (RequestFailedException problem) when (problem.Status == NotFound)
        {
            return null;
        }
    }

    public static Task WriteAsync<T>(BlobClient blob, T value, JsonTypeInfo<T> type, CancellationToken cancel) =>
        blob.UploadAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(value, type)), Options(null), cancel);

    /// <summary>Reads it, or writes the first one: of two writers one wins and both get the winner's.</summary>
    public static async Task<T> ReadOrCreateAsync<T>(BlobClient blob, Func<T> create, JsonTypeInfo<T> type, CancellationToken cancel) where T : class
    {
        while (true)
        {
            if (await ReadAsync(blob, type, cancel) is { } found) return found;
            var made = create();
            try
            {
                var body = BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(made, type));
                await blob.UploadAsync(body, Options(new BlobRequestConditions { IfNoneMatch = ETag.All }), cancel);
                return made;
            }
            catch (RequestFailedException problem) when (problem.Status == AlreadyThere)
            {
            }
        }
    }

    private static BlobUploadOptions Options(BlobRequestConditions? conditions) =>
        new() { Conditions = conditions, HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } };
}
