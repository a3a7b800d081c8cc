using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Registry;
using Serverless.Services.Inference;
using Serverless.Services.Inference.Tensors;
using Serverless.Services.Predictions;
using Serverless.Services.Registry;
using Serverless.Testing;

namespace Serverless.Services.Tests.Inference;

/// <summary>The serving services over models from files: a registry of one process, changed by the test.</summary>
internal sealed class Serving : IAsyncDisposable
{
    private readonly Dictionary<Digest, byte[]> artifacts = [];
    private readonly Dictionary<ModelName, ModelSnapshot> models = [];
    private readonly string folder = Directory.CreateTempSubdirectory("serving").FullName;
    private readonly ServiceProvider provider;

    public Serving(TimeProvider? clock = null, Dictionary<string, string?>? settings = null, string storage = "UseDevelopmentStorage=true")
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(clock ?? TimeProvider.System);
        services.AddSingleton(new ModelSnapshots((name, _) => Task.FromResult(Read(name)), clock ?? TimeProvider.System));
        services.AddSingleton(new ArtifactFiles(FetchAsync, folder));
        services.AddSingleton(new ServedModels(_ => Names()));
        // Nothing listens there: what these models' policy logs, which is nothing, never asks.
        services.AddSingleton(new BlobServiceClient("UseDevelopmentStorage=true"));
        services.AddSingleton(new TableServiceClient(storage));
        services.AddPredictions(new ConfigurationBuilder().AddInMemoryCollection([new("PredictionLog:LedgerFolder", Path.Combine(folder, "ledgers"))]).Build());
        services.AddInference(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        provider = services.BuildServiceProvider();
    }

    /// <summary>Called before an artifact is handed out.</summary>
    public Func<Digest, Task> Fetching { get; set; } = _ => Task.CompletedTask;

    public T Get<T>() where T : notnull => provider.GetRequiredService<T>();

    /// <summary>Registers a file as the next version of a model; the first one is the champion.</summary>
    public ServableVersion Register(string model, byte[] onnx, TaskKind task = TaskKind.Other, ServingPolicy? policy = null,
        IReadOnlyList<string>? features = null, IReadOnlyList<string>? labels = null)
    {
        var digest = Digest.Of(SHA256.HashData(onnx));
        lock (models)
        {
            artifacts[digest] = onnx;
            var name = ModelName.Parse(model);
            var old = models.GetValueOrDefault(name);
            var version = new ServableVersion((old?.Versions.Count ?? 0) + 1, digest, onnx.Length, SignatureOf(onnx), features, labels, false);
            models[name] = new(name, task, false,
                old?.Aliases ?? ImmutableDictionary<AliasName, int>.Empty.Add(AliasName.Champion, 1),
                (old?.Versions ?? ImmutableSortedDictionary<int, ServableVersion>.Empty).Add(version.Number, version),
                new(new(), policy ?? old?.Policy.Serving ?? new()) { Logging = new() { Mode = LoggingMode.Off } }, 0);
            Get<ModelSnapshots>().Invalidate(name);
            return version;
        }
    }

    public void Change(string model, Func<ModelSnapshot, ModelSnapshot> change)
    {
        var name = ModelName.Parse(model);
        lock (models) models[name] = change(models[name]);
        Get<ModelSnapshots>().Invalidate(name);
    }

    public void Promote(string model, int version) => Change(model, old =>
        new(old.Name, old.Task, old.Archived, old.Aliases.SetItem(AliasName.Champion, version), old.Versions, old.Policy, old.PolicyVersion));

    /// <summary>Keeps bytes under an address that no version was registered with.</summary>
    public void Hold(Digest digest, byte[] bytes) => artifacts[digest] = bytes;

    public static byte[] Model(string file) => File.ReadAllBytes(Path.Combine(Data, "models", file + ".onnx"));

    public static JsonElement Golden(string file) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Data, "models", file + ".golden.json"))).RootElement;

    public Task<Reply> InferAsync(string model, string body, string? version = null) => InferAsync(model, Encoding.UTF8.GetBytes(body), version);

    public Task<Reply> InferAsync(string model, byte[] body, string? version = null, params (string Name, string Value)[] headers) =>
        SendAsync((service, request) => service.InferAsync(request, model, version, request.HttpContext.RequestAborted), body, "", headers);

    public Task<Reply> PredictV1Async(string model, string body) =>
        SendAsync((service, request) => service.PredictV1Async(request, model, default), Encoding.UTF8.GetBytes(body), "");

    public Task<Reply> PredictAsync(string model, string body, string query = "") =>
        SendAsync((service, request) => service.PredictAsync(request, model, default), Encoding.UTF8.GetBytes(body), query);

    public Task<Reply> InvokeAsync(string model, string body, params (string Name, string Value)[] headers) =>
        SendAsync((service, request) => service.InvokeAsync(request, model, default), Encoding.UTF8.GetBytes(body), "", headers);

    public async Task<Reply> SendAsync(Func<InferenceService, HttpRequest, Task> call, byte[] body, string query, params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext { RequestServices = provider };
        context.Request.Method = "POST";
        context.Request.Body = new MemoryStream(body);
        context.Request.ContentLength = body.Length;
        context.Request.QueryString = new(query);
        foreach (var (name, value) in headers) context.Request.Headers[name] = value;
        var sent = new MemoryStream();
        context.Response.Body = sent;
        await call(Get<InferenceService>(), context.Request);
        return new((HttpStatusCode)context.Response.StatusCode, sent.ToArray(), context.Response.Headers);
    }

    public async ValueTask DisposeAsync()
    {
        await provider.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static string Data { get; } = Repository.File("tests", "data");

    private ModelSnapshot? Read(ModelName name)
    {
        lock (models) return models.GetValueOrDefault(name);
    }

    private IAsyncEnumerable<ModelName> Names()
    {
        lock (models) return models.Keys.ToArray().ToAsyncEnumerable();
    }

    private async Task FetchAsync(Digest digest, Stream target, CancellationToken cancel)
    {
        await Fetching(digest);
        await target.WriteAsync(artifacts[digest], cancel);
    }

    // The registry reads signatures from the file; here ONNX Runtime is asked.
    private static Signature SignatureOf(byte[] onnx)
    {
        using var session = new InferenceSession(onnx);
        return new([.. session.InputMetadata.Select(Describe)], [.. session.OutputMetadata.Select(Describe)]);
    }

    private static ValueSignature Describe(KeyValuePair<string, NodeMetadata> entry) => entry.Value.OnnxValueType switch
    {
        OnnxValueType.ONNX_TYPE_TENSOR => new(entry.Key, ValueKind.Tensor, Datatype.FromRuntime(entry.Value.ElementDataType),
            [.. entry.Value.Dimensions.Select((size, at) => new Dimension(size < 0 ? null : size, null))]),
        OnnxValueType.ONNX_TYPE_MAP => new(entry.Key, ValueKind.Map, ElementType.Float, null, ElementType.Int64),
        _ => new(entry.Key, entry.Value.AsSequenceMetadata().ElementMeta.OnnxValueType == OnnxValueType.ONNX_TYPE_MAP ? ValueKind.MapSequence : ValueKind.TensorSequence,
            ElementType.Float, null, ElementType.Int64),
    };
}

/// <summary>What was answered.</summary>
internal sealed record Reply(HttpStatusCode Status, byte[] Body, IHeaderDictionary Headers)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public JsonElement Output(string name) =>
        Json.GetProperty("outputs").EnumerateArray().Single(output => output.GetProperty("name").GetString() == name);
}
