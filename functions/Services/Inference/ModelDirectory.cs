using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Inference.OpenInference;
using Serverless.Services.Inference.Sessions;
using Serverless.Services.Registry;

namespace Serverless.Services.Inference;

/// <summary>What there is to ask, in the words of the Open Inference Protocol and of KServe v1.</summary>
public sealed class ModelDirectory
{
    private const string Platform = "onnx_onnxv1";

    // Only what is implemented: clients decide by this list.
    private static readonly ServerMetadata Server = new("serverless-mlops",
        typeof(ModelDirectory).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0",
        ["binary_tensor_data", "classification", "parameters"]);

    private readonly ServedModels models;
    private readonly ModelSnapshots snapshots;
    private readonly ModelRouter router;
    private readonly SessionCache sessions;

    internal ModelDirectory(ServedModels models, ModelSnapshots snapshots, ModelRouter router, SessionCache sessions) =>
        (this.models, this.snapshots, this.router, this.sessions) = (models, snapshots, router, sessions);

    /// <summary>The server's name, version and extensions.</summary>
    public static IResult Describe() => TypedResults.Json(Server, OpenInferenceJson.Default.ServerMetadata);

    /// <summary>The process runs.</summary>
    public static IResult Live() => TypedResults.Json(new(true), OpenInferenceJson.Default.ServerLive);

    /// <summary>The process takes requests: sessions load as they are asked for.</summary>
    public static IResult Ready() => TypedResults.Json(new(true), OpenInferenceJson.Default.ServerReady);

    /// <summary>The names of the models that are not archived.</summary>
    public async Task<IResult> ListAsync(CancellationToken cancel)
    {
        var names = new List<string>();
        foreach (var snapshot in await SnapshotsAsync(cancel)) names.Add(snapshot.Name.Value);
        return TypedResults.Json(new(names), OpenInferenceJson.Default.ModelList);
    }

    /// <summary>Every version and whether it answers. The body may be empty.</summary>
    public async Task<IResult> IndexAsync(HttpRequest request, CancellationToken cancel)
    {
        var readyOnly = await ReadReadyAsync(request, cancel);
        var entries = new List<IndexEntry>();
        foreach (var snapshot in await SnapshotsAsync(cancel))
            entries.AddRange(snapshot.Versions.Values.Where(version => !readyOnly || !version.Archived).Select(version => Entry(snapshot, version)));
        return TypedResults.Json(entries, OpenInferenceJson.Default.IReadOnlyListIndexEntry);
    }

    /// <summary>What a model takes and gives: the champion, or the version named.</summary>
    public async Task<IResult> DescribeAsync(string model, string? version, CancellationToken cancel)
    {
        var servable = await router.DescribeAsync(model, version, cancel);
        var known = await router.FindAsync(model, cancel);
        var versions = known.Snapshot.Versions.Values.Where(one => !one.Archived).Select(one => one.Number.ToString(CultureInfo.InvariantCulture));
        return TypedResults.Json(new(servable.Model.Value, [.. versions], Platform, [.. servable.Inputs.Select(Describe)], [.. servable.Outputs.Select(Describe)]),
            OpenInferenceJson.Default.ModelMetadata);
    }

    /// <summary>Whether a model answers; loads it when it is not loaded.</summary>
    public async Task<IResult> ReadyAsync(string model, string? version, CancellationToken cancel)
    {
        var servable = await router.DescribeAsync(model, version, cancel);
        (await sessions.EnterAsync(servable.Version, servable.Key, cancel)).Leave();
        return TypedResults.Json(new(servable.Model.Value, true), OpenInferenceJson.Default.ModelReady);
    }

    private async Task<List<ModelSnapshot>> SnapshotsAsync(CancellationToken cancel)
    {
        var found = new List<ModelSnapshot>();
        foreach (var name in await models.ListAsync(cancel))
            if (await snapshots.GetAsync(name, cancel) is { Archived: false } snapshot) found.Add(snapshot);
        return found;
    }

    private static async Task<bool> ReadReadyAsync(HttpRequest request, CancellationToken cancel)
    {
        using var body = await RequestBody.ReadAsync(request, 4096, cancel);
        if (body.Bytes.IsEmpty) return false;
        try
        {
            return JsonSerializer.Deserialize(body.Bytes.Span, OpenInferenceJson.Default.IndexRequest)?.Ready ?? false;
        }
        catch (JsonException error)
        {
            throw new ProblemException(ProblemKind.InvalidRequest, $"The body is {{\"ready\": true or false}} or empty: {error.Say()}");
        }
    }

    private static IndexEntry Entry(ModelSnapshot snapshot, ServableVersion version) => new(
        snapshot.Name.Value, version.Number.ToString(CultureInfo.InvariantCulture), version.Archived ? "UNAVAILABLE" : "READY", version.Archived ? "archived" : "");

    // Maps and sequences are described as the tensors that they are answered as.
    private static TensorMetadata Describe(ValueSlot slot) => new(slot.Name, slot.Datatype ?? "UNKNOWN", slot.Kind switch
    {
        ValueKind.MapSequence => [-1, -1],
        ValueKind.Map or ValueKind.TensorSequence => [-1],
        _ => slot.Dimensions ?? [-1],
    });
}
