using Azure.Data.Tables;
using Azure.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Serverless.Core.Access;
using Serverless.Core.Registry;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Onnx;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Storage;

namespace Serverless.Services.Tests.Registry;

/// <summary>The registry's services on a real Azurite, with a real HTTP endpoint as the topic, which can be away.</summary>
internal sealed class RegistryHost : IAsyncDisposable
{
    private readonly WebApplication topic;
    private readonly ServiceProvider services;
    private readonly List<CloudEvent> received = [];

    private RegistryHost(WebApplication topic, ServiceProvider services) => (this.topic, this.services) = (topic, services);

    public static Caller Caller { get; } = new("tester", "cause", null);

    public bool TopicIsAway { get; set; }

    /// <summary>When set, the topic takes requests, says so here, and never answers.</summary>
    public TaskCompletionSource? TopicHangs { get; set; }

    public IReadOnlyList<string> Received => [.. Events.Select(one => one.Id)];

    public IReadOnlyList<CloudEvent> Events
    {
        get
        {
            lock (received) return [.. received];
        }
    }

    public static async Task<RegistryHost> StartAsync(string storage)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var topic = builder.Build();
        topic.Urls.Add("http://127.0.0.1:0");
        RegistryHost? host = null;
        topic.MapPost("/events", async (HttpContext context) => await host!.TakeAsync(context));
        await topic.StartAsync();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = storage,
            ["EventGrid:TopicEndpoint"] = topic.Urls.Single() + "/events",
            ["EventGrid:TopicKey"] = "key",
        }).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton<IConfiguration>(configuration);
        services.AddRegistry(configuration);
        services.AddSingleton<TrialLoad>((path, _) => Task.FromResult(ModelTrial.Load(path)));
        return host = new(topic, services.BuildServiceProvider());
    }

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    public Task<(ModelVersion Version, bool Created)> RegisterAsync(string model, byte[] onnx)
    {
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.ContentType = "application/octet-stream";
        context.Request.Body = new MemoryStream(onnx);
        return Get<VersionIntake>().TakeAsync(ModelName.Parse(model), context.Request, Caller, default);
    }

    public Task<(ModelVersion Version, bool Created)> RegisterUploadAsync(string model, Guid upload)
    {
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.ContentType = "application/json";
        context.Request.Body = new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{"uploadId":"{{upload}}"}"""));
        return Get<VersionIntake>().TakeAsync(ModelName.Parse(model), context.Request, Caller, default);
    }

    public TableClient ModelRows() => Get<TableServiceClient>().GetTableClient(StorageNames.ModelsTable);

    /// <summary>Takes a model out of the catalog, as a crash before the projection would have left it.</summary>
    public Task ForgetAsync(ModelName model) =>
        Get<TableServiceClient>().GetTableClient(StorageNames.CatalogTable).DeleteEntityAsync(StorageNames.CatalogPartition(model), model.Value, Azure.ETag.All);

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await topic.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        if (TopicHangs is { } hanging)
        {
            hanging.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        context.Response.StatusCode = TopicIsAway ? 400 : 200;
        if (TopicIsAway) return;
        foreach (var one in CloudEvent.ParseMany(BinaryData.FromString(body)))
            lock (received) received.Add(one);
    }
}
