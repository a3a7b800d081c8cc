using System.Collections.Concurrent;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Serverless.Hosting.Queues;
using Serverless.Hosting.Settings;

namespace Serverless.Hosting.Storage;

/// <summary>The storage that the host keeps its own state in, and the ones that queue triggers name.</summary>
/// <remarks>A setting holds a connection string, or is a section with <c>accountName</c> or <c>{service}ServiceUri</c> for identity.</remarks>
internal sealed class HostStorage(IConfiguration settings)
{
    public const string DevelopmentStorage = "UseDevelopmentStorage=true";

    // The newest that the pinned Azurite takes.
    private const BlobClientOptions.ServiceVersion BlobVersion = BlobClientOptions.ServiceVersion.V2025_11_05;
    private const QueueClientOptions.ServiceVersion QueueVersion = QueueClientOptions.ServiceVersion.V2025_11_05;

    private readonly ConcurrentDictionary<string, bool> created = [];
    private readonly Lazy<TokenCredential> credential = new(() => new DefaultAzureCredential());

    public string HostId { get; } = HostIdentity.From(settings);

    public string? ConnectionString => settings[HostSettings.Storage];

    /// <summary>Where it is, without its key.</summary>
    public string Describe() =>
        ConnectionString is { } text && text.Contains(DevelopmentStorage, StringComparison.OrdinalIgnoreCase) ? "Azurite, 127.0.0.1:10000-10002" : Blobs.Uri.ToString();

    private BlobServiceClient Blobs => field ??= MakeBlobs();

    /// <summary>A container, made if it is not there.</summary>
    public async Task<BlobContainerClient> ContainerAsync(string name, CancellationToken cancel)
    {
        var container = Blobs.GetBlobContainerClient(name);
        if (created.ContainsKey(name)) return container;
        await container.CreateIfNotExistsAsync(cancellationToken: cancel);
        created[name] = true;
        return container;
    }

    public QueueServiceClient Queues(string? connection, QueueMessageEncoding encoding)
    {
        var name = ConnectionName(connection);
        var options = new QueueClientOptions(QueueVersion) { MessageEncoding = encoding };
        options.MessageDecodingFailed += PoisonQueue.TakeUndecodableAsync;
        if (settings[name] is { Length: > 0 } text) return new QueueServiceClient(text, options);
        return new QueueServiceClient(ServiceUri(name, "queue"), credential.Value, options);
    }

    // WebJobs tries the name with its prefix first.
    private string ConnectionName(string? connection)
    {
        if (connection is null) return HostSettings.Storage;
        return settings.GetSection("AzureWebJobs" + connection).Exists() ? "AzureWebJobs" + connection : connection;
    }

    private BlobServiceClient MakeBlobs()
    {
        var options = new BlobClientOptions(BlobVersion);
        return ConnectionString is { Length: > 0 } text
            ? new BlobServiceClient(text, options)
            : new BlobServiceClient(ServiceUri(HostSettings.Storage, "blob"), credential.Value, options);
    }

    private Uri ServiceUri(string name, string service)
    {
        var section = settings.GetSection(name);
        if (section[service + "ServiceUri"] is { } uri) return new Uri(uri);
        return section["accountName"] is { } account
            ? new Uri($"https://{account}.{service}.core.windows.net")
            : throw new InvalidOperationException($"The setting '{name}' holds no storage: give a connection string, or '{name}__accountName'.");
    }
}
