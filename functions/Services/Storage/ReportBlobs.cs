using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Serverless.Services.Storage;

/// <summary>Container <c>reports</c>: findings whole.</summary>
/// <param name="blobs">The account.</param>
public sealed class ReportBlobs(BlobServiceClient blobs)
{
    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(StorageNames.ReportsContainer);
    private volatile bool created;

    /// <summary>Writes a document; what stands there is replaced.</summary>
    public async Task PutAsync(string path, byte[] content, string type, CancellationToken cancel)
    {
        if (!created)
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancel);
            created = true;
        }
        await container.GetBlobClient(path).UploadAsync(BinaryData.FromBytes(content), new BlobUploadOptions { HttpHeaders = new() { ContentType = type } }, cancel);
    }

    /// <summary>Reads a document; null when there is none.</summary>
    public async Task<byte[]?> FindAsync(string path, CancellationToken cancel)
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
