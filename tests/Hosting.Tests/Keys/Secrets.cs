using Microsoft.Extensions.Configuration;
using Serverless.Hosting.Keys;
using Serverless.Hosting.Storage;

namespace Serverless.Hosting.Tests.Keys;

/// <summary>The keys that a host keeps in a storage.</summary>
internal static class Secrets
{
    public static KeyStore Store(string storage, string hostId) => new(new HostStorage(new ConfigurationBuilder().AddInMemoryCollection(
        [new("AzureWebJobsStorage", storage), new("AzureFunctionsWebHost:hostid", hostId)]).Build()));

    public static async Task<HostSecrets> ReadAsync(string storage, string hostId) => await Store(storage, hostId).HostAsync(CancellationToken.None);
}
