using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Azure.Data.Tables;
using Serverless.Core.Registry;
using Serverless.Hosting.Azurite;
using Serverless.Services.Registry;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Benchmarks;

/// <summary>The suite under measurement: the built application with an Azurite of its own.</summary>
internal sealed class Suite : IAsyncDisposable
{
    private readonly AzuriteServer azurite;

    private Suite(AzuriteServer azurite, ServerProcess server) => (this.azurite, Server) = (azurite, server);

    public ServerProcess Server { get; }

    public string Storage => azurite.ConnectionString;

    public static async Task<Suite> StartAsync(string? serverCore, string? assembly = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        // Nothing else on the server's core: not the load, and not the storage, which inherits where this process runs.
        if (serverCore is not null) await Cores.MoveAsync(Environment.ProcessId, Cores.Others);
        var azurite = await AzuriteServer.StartAsync(new AzuriteOptions(), TimeProvider.System, CancellationToken.None);
        return new(azurite, await StartServerAsync(azurite.ConnectionString, serverCore, settings ?? new Dictionary<string, string>(), assembly));
    }

    /// <summary>Settings under which no timer looks at what was predicted: a scan reads what another request has logged, and would be counted as this one's.</summary>
    public static IReadOnlyDictionary<string, string> WithoutScans { get; } =
        new[] { "ScanOperations", "ScanDataQuality", "ScanDrift" }.ToDictionary(timer => $"AzureWebJobs_{timer}_Disabled", _ => "true");

    /// <summary>The application alone, against a storage that answers already.</summary>
    public static Task<ServerProcess> StartServerAsync(string storage, string? core) => StartServerAsync(storage, core, new Dictionary<string, string>());

    /// <summary>The application alone with settings of its own; another build of it where one is named.</summary>
    public static Task<ServerProcess> StartServerAsync(string storage, string? core, IReadOnlyDictionary<string, string> settings, string? assembly = null) => ServerProcess.StartAsync(
        assembly ?? AppProcess.AppAssembly, ["--urls", "http://127.0.0.1:0"],
        new Dictionary<string, string>(settings) { ["AzureWebJobsStorage"] = storage, ["FunctionsHost__StopWhenInputEnds"] = "true" }, core);

    /// <summary>Registers a model of <c>tests/data</c>; its first version answers at once.</summary>
    public Task RegisterAsync(string model, string? name = null) => RegisterAsync(Server.Url, model, name);

    /// <summary>The same, with any server.</summary>
    public static async Task RegisterAsync(Uri server, string model, string? name = null)
    {
        using var http = new HttpClient { BaseAddress = server };
        using var file = new StreamContent(File.OpenRead(TestData.Model(model)));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var answer = await http.PostAsync($"/models/{name ?? model}/versions", file);
        if (answer.StatusCode is not (HttpStatusCode.Created or HttpStatusCode.OK))
            throw new InvalidOperationException($"{model} was not registered: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>Registers a model twice, and where it is followed has its second version follow every request that the first one answers.</summary>
    public async Task RegisterTwiceAsync(string model, string name, bool followed)
    {
        await RegisterAsync(model, name);
        using var http = new HttpClient { BaseAddress = Server.Url };
        // Other bytes, the same graph: a documentation text (ModelProto.doc_string, field 6) at the end.
        using var copy = new ByteArrayContent([.. await File.ReadAllBytesAsync(TestData.Model(model)), 0x32, 4, .. "copy"u8]);
        copy.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var answer = await http.PostAsync($"/models/{name}/versions", copy);
        answer.EnsureSuccessStatusCode();
        foreach (var version in (int[])[1, 2]) (await http.GetAsync($"/v2/models/{name}/versions/{version}/ready")).EnsureSuccessStatusCode();
        if (!followed) return;
        var row = ModelName.Parse(name);
        await new TableClient(Storage, StorageNames.ModelsTable).SubmitTransactionAsync(
        [
            new(TableTransactionActionType.UpdateMerge, new TableEntity(StorageNames.Partition(row), StorageNames.ModelRow), Azure.ETag.All),
            TrafficRows.Put(row, new(name, TrafficKey.Request, [], [new(2, 1)])),
        ]);
    }

    /// <summary>Has the storage run when nobody else wants its core: on other machines than this one it has processors of its own.</summary>
    public Task HoldStorageBackAsync() => Cores.HoldBackAsync(azurite.ProcessId);

    /// <summary>Has nothing of a model's predictions kept.</summary>
    public Task StopLoggingAsync(string model) => StopLoggingAsync(Server.Url, model);

    /// <summary>The same, with any server.</summary>
    public static async Task StopLoggingAsync(Uri server, string model)
    {
        using var http = new HttpClient { BaseAddress = server };
        using var answer = await http.PutAsJsonAsync($"/models/{model}/policy", new { logging = new { mode = "off" } });
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        Server.Dispose();
        await azurite.DisposeAsync();
    }
}
