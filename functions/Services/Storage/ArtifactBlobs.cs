using System.Runtime.CompilerServices;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Services.Storage;

/// <summary>Container <c>artifacts</c>: immutable content-addressed blobs, and uploads on their way to become one.</summary>
/// <param name="blobs">The account.</param>
/// <param name="clock">Dates the signatures of upload addresses.</param>
public sealed class ArtifactBlobs(BlobServiceClient blobs, TimeProvider clock)
{
    private const int Buffer = 1 << 20;
    private const int CopyBytes = 128 << 10;

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(StorageNames.ArtifactsContainer);
    private volatile bool created;

    /// <summary>Streams an artifact's bytes.</summary>
    public async Task DownloadAsync(Digest digest, Stream destination, CancellationToken cancel)
    {
        using var answer = (await Artifact(digest).DownloadStreamingAsync(cancellationToken: cancel)).Value;
        await answer.Content.CopyToAsync(destination, CopyBytes, cancel);
    }

    /// <summary>An artifact as a seekable stream.</summary>
    public Task<Stream> OpenAsync(Digest digest, CancellationToken cancel) =>
        Artifact(digest).OpenReadAsync(new BlobOpenReadOptions(allowModifications: false) { BufferSize = Buffer }, cancel);

    /// <summary>Puts bytes at their address, unless they are there already.</summary>
    public async Task PutAsync(Digest digest, Stream content, CancellationToken cancel)
    {
        await EnsureAsync(cancel);
        if (await TouchAsync(digest, cancel)) return;
        await OnlyOnceAsync(() => Artifact(digest).UploadAsync(content, new BlobUploadOptions
        {
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
            TransferOptions = new() { InitialTransferSize = 4 << 20, MaximumTransferSize = 4 << 20, MaximumConcurrency = 2 },
        }, cancel));
    }

    /// <summary>An address that lets its bearer write this one upload, and nothing else, for a while.</summary>
    public async Task<Uri> UploadAddressAsync(ModelName model, Guid upload, TimeSpan lifetime, CancellationToken cancel)
    {
        await EnsureAsync(cancel);
        return await SignedAsync(Staged(model, upload), BlobSasPermissions.Create | BlobSasPermissions.Write, lifetime, cancel);
    }

    /// <summary>Opens an upload for one pass, or null when nothing was uploaded.</summary>
    public async Task<Stream?> OpenStagedAsync(ModelName model, Guid upload, CancellationToken cancel)
    {
        try
        {
            return (await Staged(model, upload).DownloadStreamingAsync(cancellationToken: cancel)).Value.Content;
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Removes uploads last written before a time. How many there were.</summary>
    public async Task<int> SweepStagedAsync(DateTimeOffset before, CancellationToken cancel)
    {
        await EnsureAsync(cancel);
        var swept = 0;
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, StorageNames.StagingPrefix, cancel))
        {
            if (!(blob.Properties.LastModified < before)) continue;
            await container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancel);
            swept++;
        }

        return swept;
    }

    /// <summary>Keeps a text at the address of its bytes.</summary>
    public async Task<Digest> PutTextAsync(string text, CancellationToken cancel)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var digest = Digest.Of(System.Security.Cryptography.SHA256.HashData(bytes));
        await PutAsync(digest, new MemoryStream(bytes), cancel);
        return digest;
    }

    /// <summary>Reads a text back.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.Unavailable"/>: storage holds other bytes under this address.</exception>
    public async Task<string> GetTextAsync(Digest digest, CancellationToken cancel)
    {
        var content = (await Artifact(digest).DownloadContentAsync(cancel)).Value.Content;
        return Digest.Of(System.Security.Cryptography.SHA256.HashData(content)) == digest
            ? content.ToString()
            : throw new ProblemException(ProblemKind.Unavailable, $"The stored text does not match its address {digest}.");
    }

    /// <summary>Artifacts last written, or put again, before a time; each with what its removal has to match.</summary>
    public async IAsyncEnumerable<(Digest Digest, ETag ETag)> OldAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancel)
    {
        await EnsureAsync(cancel);
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, StorageNames.ArtifactPrefix, cancel))
            if (blob.Properties.LastModified < before && blob.Properties.ETag is { } etag && StorageNames.DigestOf(blob.Name) is { } digest) yield return (digest, etag);
    }

    /// <summary>Removes an artifact that nobody has put again since it was seen. False when somebody has.</summary>
    public async Task<bool> TryDeleteAsync(Digest digest, ETag seen, CancellationToken cancel)
    {
        try
        {
            await Artifact(digest).DeleteAsync(conditions: new() { IfMatch = seen }, cancellationToken: cancel);
            return true;
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            return false;
        }
    }

    // What is there is made young again: a sweep that has seen it before finds it changed, and leaves it to whoever is about to name it.
    private async Task<bool> TouchAsync(Digest digest, CancellationToken cancel)
    {
        try
        {
            await Artifact(digest).SetMetadataAsync(new Dictionary<string, string>(), cancellationToken: cancel);
            return true;
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
            return false;
        }
    }

    private static async Task OnlyOnceAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (RequestFailedException exists) when (exists.Status is 409 or 412)
        {
            // Another writer put the same bytes there.
        }
    }

    private BlobClient Artifact(Digest digest) => container.GetBlobClient(StorageNames.Artifact(digest));

    private BlobClient Staged(ModelName model, Guid upload) => container.GetBlobClient(StorageNames.Staging(model, upload));

    private async Task EnsureAsync(CancellationToken cancel)
    {
        if (created) return;
        await container.CreateIfNotExistsAsync(cancellationToken: cancel);
        created = true;
    }

    private async Task<Uri> SignedAsync(BlobClient blob, BlobSasPermissions permissions, TimeSpan lifetime, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var builder = new BlobSasBuilder(permissions, now + lifetime)
        {
            BlobContainerName = blob.BlobContainerName,
            BlobName = blob.Name,
            Resource = "b",
            StartsOn = now - TimeSpan.FromMinutes(5),
        };
        if (blob.CanGenerateSasUri) return blob.GenerateSasUri(builder);
        var key = (await blobs.GetUserDelegationKeyAsync(builder.StartsOn, builder.ExpiresOn, cancel)).Value;
        return new BlobUriBuilder(blob.Uri) { Sas = builder.ToSasQueryParameters(key, blobs.AccountName) }.ToUri();
    }
}
