using System.Text.Json.Serialization;

namespace Serverless.Services.Predictions;

/// <summary>An erasure and its receipt. It names the entity by a hash only: what it is about must not outlive it here.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="EntitySha256">SHA-256 of the entity's key, as hexadecimal text.</param>
/// <param name="Requested">When: predictions made until then are erased.</param>
/// <param name="RequestedBy">By whom.</param>
/// <param name="Rows">Predictions erased, by the hour (RFC 3339) that they were made in.</param>
/// <param name="Name">The name under which callers send it; null for any.</param>
/// <param name="Pending">Predictions of an hour that was being erased when this was written: a run that ended there has erased some of them.</param>
/// <param name="Files">Files written anew without these predictions; each is told before it is, so that no crash hides one.</param>
/// <param name="FileNames">The first of them, up to <see cref="MostNames"/>.</param>
/// <param name="Completed">When it ended; null while it goes on.</param>
/// <param name="Problem">Why it ended before nothing was left; null when nothing is.</param>
public sealed record ErasureRecord(
    Guid Id, string EntitySha256, DateTimeOffset Requested, string RequestedBy, IReadOnlyDictionary<string, long> Rows, string? Name = null,
    IReadOnlyDictionary<string, long>? Pending = null, int Files = 0, IReadOnlyList<string>? FileNames = null, DateTimeOffset? Completed = null, string? Problem = null)
{
    /// <summary>Names that a receipt lists.</summary>
    public const int MostNames = 100;

    /// <summary><c>running</c>, <c>completed</c> or <c>failed</c>.</summary>
    [JsonIgnore]
    public string Status => Completed is null ? "running" : Problem is null ? "completed" : "failed";

    /// <summary>With one more file, unless it is listed.</summary>
    internal ErasureRecord With(string file) => FileNames?.Contains(file) is true ? this
        : this with { Files = Files + 1, FileNames = Files < MostNames ? [.. FileNames ?? [], file] : FileNames };
}

/// <summary>A request to erase.</summary>
/// <param name="Entity">The entity's key, as callers send it beside the features.</param>
/// <param name="Name">The name under which they send it; absent for any.</param>
public sealed record ErasureRequest(string Entity, string? Name = null);

/// <summary>An erasure as callers see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status"><c>running</c>, <c>completed</c> or <c>failed</c>.</param>
/// <param name="EntitySha256">SHA-256 of the entity's key.</param>
/// <param name="Name">The name under which callers send it, or absent.</param>
/// <param name="Requested">When it was asked for.</param>
/// <param name="RequestedBy">By whom.</param>
/// <param name="Completed">When it ended, or absent.</param>
/// <param name="Rows">Predictions erased so far.</param>
/// <param name="Hours">How many in each hour.</param>
/// <param name="Files">Files written anew without them.</param>
/// <param name="FileNames">Their names in the container, the first 100.</param>
/// <param name="Problem">Why it failed, or absent.</param>
public sealed record ErasureResponse(
    Guid Id, string Status, string EntitySha256, string? Name, DateTimeOffset Requested, string RequestedBy, DateTimeOffset? Completed, long Rows, IReadOnlyDictionary<string, long> Hours,
    int Files, IReadOnlyList<string> FileNames, string? Problem);

/// <summary>A message of the queue <c>erasure-requests</c>: the one place that holds the entity's key, until it is done.</summary>
internal sealed record ErasureMessage(string Model, Guid Id, string Entity, string? Name, DateTimeOffset Requested, string Actor, string CausationId, string? TraceParent, int Attempt);

/// <summary>Erasures as callers see them and as they are kept.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ErasureRequest))]
[JsonSerializable(typeof(ErasureResponse))]
[JsonSerializable(typeof(ErasureRecord))]
public sealed partial class ErasureJson : JsonSerializerContext;
