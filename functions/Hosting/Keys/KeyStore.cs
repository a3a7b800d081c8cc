using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Serverless.Hosting.Storage;

namespace Serverless.Hosting.Keys;

/// <summary>The keys, kept where the Functions host keeps them; made at first need, read once.</summary>
internal sealed class KeyStore(HostStorage storage)
{
    public const string EventGridKey = "eventgrid_extension";
    public const string TopicKey = "eventgrid_topic";
    private const string Container = "azure-webjobs-secrets";
    private const int KeyBytes = 42;

    private readonly ConcurrentDictionary<string, FunctionSecrets> functions = new(StringComparer.OrdinalIgnoreCase);
    private HostSecrets? host;

    /// <summary>A key that nobody guesses: 336 random bits.</summary>
    public static string NewKey() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));

    public async ValueTask<HostSecrets> HostAsync(CancellationToken cancel)
    {
        if (host is { } known) return known;
        var container = await storage.ContainerAsync(Container, cancel);
        return host = await JsonBlob.ReadOrCreateAsync(
            container.GetBlobClient($"{storage.HostId}/host.json"), NewHostSecrets, HostStateJson.Default.HostSecrets, cancel);
    }

    public async ValueTask<FunctionSecrets> FunctionAsync(string name, CancellationToken cancel)
    {
        if (functions.TryGetValue(name, out var known)) return known;
        var container = await storage.ContainerAsync(Container, cancel);
        return functions[name] = await JsonBlob.ReadOrCreateAsync(
            container.GetBlobClient($"{storage.HostId}/{name.ToLowerInvariant()}.json"),
            () => new FunctionSecrets([new StoredKey("default", NewKey())]), HostStateJson.Default.FunctionSecrets, cancel);
    }

    private static HostSecrets NewHostSecrets() => new(
        new StoredKey("master", NewKey()),
        [new StoredKey("default", NewKey())],
        [new StoredKey(EventGridKey, NewKey()), new StoredKey(TopicKey, NewKey())]);
}
