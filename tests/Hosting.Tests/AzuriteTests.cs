using Azure.Storage.Blobs;
using Serverless.Testing;

namespace Serverless.Hosting.Tests;

public sealed class AzuriteTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Fixture_Started_KeepsABlob()
    {
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05);
        var container = new BlobServiceClient(azurite.ConnectionString, options).GetBlobContainerClient("azurite-tests");
        await container.CreateIfNotExistsAsync();

        await container.UploadBlobAsync("a", BinaryData.FromString("kept"));

        Assert.Equal("kept", (await container.GetBlobClient("a").DownloadContentAsync()).Value.Content.ToString());
    }
}
