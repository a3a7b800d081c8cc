using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Serverless.Services.Storage;

/// <summary>
/// The storage account that <c>AzureWebJobsStorage</c> names: a connection string, or, for managed identity,
/// <c>AzureWebJobsStorage__accountName</c> (or the three service URIs) with an optional <c>AzureWebJobsStorage__clientId</c>.
/// </summary>
public static class StorageAccount
{
    private const string Setting = "AzureWebJobsStorage";

    // The newest service versions that every storage the suite runs on speaks, the local emulator among them.
    private const BlobClientOptions.ServiceVersion BlobVersion = BlobClientOptions.ServiceVersion.V2025_11_05;
    private const QueueClientOptions.ServiceVersion QueueVersion = QueueClientOptions.ServiceVersion.V2025_11_05;

    /// <summary>Registers the account's three clients.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(_ => Tables(configuration));
        services.TryAddSingleton(_ => Blobs(configuration));
        services.TryAddSingleton(_ => Queues(configuration));
        return services;
    }

    private static TableServiceClient Tables(IConfiguration configuration) => ConnectionString(configuration) is { } text
        ? new(text)
        : new(Endpoint(configuration, "table"), Identity(configuration));

    private static BlobServiceClient Blobs(IConfiguration configuration) => ConnectionString(configuration) is { } text
        ? new(text, new BlobClientOptions(BlobVersion))
        : new(Endpoint(configuration, "blob"), Identity(configuration), new BlobClientOptions(BlobVersion));

    private static QueueServiceClient Queues(IConfiguration configuration)
    {
        var options = new QueueClientOptions(QueueVersion) { MessageEncoding = QueueMessageEncoding.None };
        return ConnectionString(configuration) is { } text
            ? new(text, options)
            : new(Endpoint(configuration, "queue"), Identity(configuration), options);
    }

    private static string? ConnectionString(IConfiguration configuration) =>
        configuration[Setting] is { Length: > 0 } text ? text
        : configuration.GetSection(Setting).GetChildren().Any() ? null
        : "UseDevelopmentStorage=true";

    private static Uri Endpoint(IConfiguration configuration, string service) =>
        configuration[$"{Setting}:{service}ServiceUri"] is { Length: > 0 } uri ? new(uri)
        : configuration[$"{Setting}:accountName"] is { Length: > 0 } account ? new($"https://{account}.{service}.core.windows.net")
        : throw new InvalidOperationException($"{Setting} is a connection string, or {Setting}__accountName names the account.");

    private static TokenCredential Identity(IConfiguration configuration) => configuration[$"{Setting}:clientId"] is { Length: > 0 } client
        ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(client))
        : new DefaultAzureCredential();
}
