using System.Security.Cryptography;
using Azure.Storage.Blobs;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Registry;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Services.Tests.Registry;

/// <summary>Bytes that are not what their address says are used by nobody, wherever they were changed.</summary>
public sealed class ArtifactTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("artifacts-").FullName;
    private readonly BlobServiceClient blobs = new(azurite.ConnectionString);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task File_ThatWasChangedOnDisk_IsFetchedAgain()
    {
        var (bytes, digest) = await KeepAsync("a model");
        var files = Files();
        var path = await files.GetAsync(digest, default);
        await File.WriteAllTextAsync(path, "another model");
        Assert.Equal(bytes, await File.ReadAllBytesAsync(await files.GetAsync(digest, default)));
    }

    [Fact]
    public async Task File_ThatWasChangedInStorage_IsNotLoaded()
    {
        var (_, digest) = await KeepAsync("the model that was approved");
        await ReplaceAsync(digest);
        var problem = await Assert.ThrowsAsync<ProblemException>(() => Files().GetAsync(digest, default));
        Assert.Equal(ProblemKind.Unavailable, problem.Kind);
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public async Task Text_ThatWasChangedInStorage_IsNotRead()
    {
        var artifacts = new ArtifactBlobs(blobs, TimeProvider.System);
        var digest = await artifacts.PutTextAsync("""{"rollout":{"a":"policy too long for its row"}}""", default);
        Assert.StartsWith("""{"rollout":""", await artifacts.GetTextAsync(digest, default), StringComparison.Ordinal);
        await ReplaceAsync(digest);
        var problem = await Assert.ThrowsAsync<ProblemException>(() => artifacts.GetTextAsync(digest, default));
        Assert.Equal(ProblemKind.Unavailable, problem.Kind);
    }

    private ArtifactFiles Files() => new((digest, to, cancel) => new ArtifactBlobs(blobs, TimeProvider.System).DownloadAsync(digest, to, cancel), folder);

    private async Task<(byte[] Bytes, Digest Digest)> KeepAsync(string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        var digest = Digest.Of(SHA256.HashData(bytes));
        await new ArtifactBlobs(blobs, TimeProvider.System).PutAsync(digest, new MemoryStream(bytes), default);
        return (bytes, digest);
    }

    private async Task ReplaceAsync(Digest digest) =>
        await blobs.GetBlobContainerClient(StorageNames.ArtifactsContainer).GetBlobClient(StorageNames.Artifact(digest)).UploadAsync(new BinaryData("somebody else's bytes"), overwrite: true);
}
