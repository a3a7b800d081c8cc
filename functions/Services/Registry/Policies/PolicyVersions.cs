using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Policies;

/// <summary>A policy as kept.</summary>
/// <param name="Number">From 1; 0 for the default that nobody has written.</param>
/// <param name="Json">The document.</param>
/// <param name="Time">When it was written.</param>
/// <param name="Author">By whom.</param>
public sealed record PolicyRecord(int Number, string Json, DateTimeOffset Time, string Author);

/// <summary>The versions of models' policies.</summary>
/// <param name="table">The rows.</param>
/// <param name="rows">Records as rows.</param>
public sealed class PolicyVersions(ModelsTable table, ModelRows rows)
{
    /// <summary>The policy in force: what was written last, or the default.</summary>
    public async Task<PolicyDocument> InForceAsync(ModelRecord model, CancellationToken cancel) =>
        model.PolicyVersion == 0 ? PolicyDocument.Empty : PolicyDocument.Stored((await GetAsync(model.Name, model.PolicyVersion, cancel)).Json);

    /// <summary>One version.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/></exception>
    public async Task<PolicyRecord> GetAsync(ModelName model, int number, CancellationToken cancel) =>
        number > 0 && await table.FindAsync(model, StorageNames.Policy(number), cancel) is { } row
            ? await rows.ReadAsync(row, PolicyRecordJson.Default.PolicyRecord, cancel)
            : throw new ProblemException(ProblemKind.NotFound, $"{model} has no policy version {number}.") { Where = "version" };

    /// <summary>A page of versions, oldest first.</summary>
    public async Task<(IReadOnlyList<PolicyRecord> Policies, string? Next)> ListAsync(ModelName model, Paging paging, CancellationToken cancel)
    {
        var after = paging.After is null ? null : StorageNames.PolicyPrefix + paging.After;
        var found = await table.ListAsync(model, StorageNames.PolicyPrefix, after, cancel).Take(paging.Size + 1).ToListAsync(cancel);
        var policies = new List<PolicyRecord>();
        foreach (var row in found.Take(paging.Size)) policies.Add(await rows.ReadAsync(row, PolicyRecordJson.Default.PolicyRecord, cancel));
        return (policies, found.Count > paging.Size ? Paging.Token(found[paging.Size - 1].RowKey[StorageNames.PolicyPrefix.Length..]) : null);
    }

    internal async Task<Plan> PlanAsync(ModelRecord model, string before, PolicyRecord next, CancellationToken cancel) => new(
        model with { PolicyVersion = next.Number },
        [new(TableTransactionActionType.Add, await rows.WriteAsync(model.Name, StorageNames.Policy(next.Number), next, PolicyRecordJson.Default.PolicyRecord, cancel))],
        new Change(Actions.PolicyChanged, $"policy/versions/{next.Number}", Small(before), Small(next.Json)));

    // The trail tells small documents whole; a large one is a version of its own anyway.
    private static JsonNode? Small(string json) => json.Length <= 4096 ? JsonNode.Parse(json) : null;
}

/// <summary>Writes policies.</summary>
/// <param name="store">The model partitions.</param>
/// <param name="versions">What was written before.</param>
/// <param name="clock">Dates versions.</param>
public sealed class PolicyService(ModelStore store, PolicyVersions versions, TimeProvider clock)
{
    /// <summary>Puts a policy in force. The same again is no new version.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/>, <see cref="ProblemKind.PreconditionFailed"/>.</exception>
    public Task<ModelRecord> PutAsync(ModelName name, PolicyDocument document, string? ifMatch, Caller caller, CancellationToken cancel) =>
        ChangeAsync(name, _ => document, ifMatch, caller, cancel);

    /// <summary>Puts in force what becomes of the policy in force, whatever others write meanwhile.</summary>
    /// <exception cref="ProblemException">As <see cref="PutAsync"/>, and what <paramref name="change"/> refuses.</exception>
    public Task<ModelRecord> ChangeAsync(ModelName name, Func<PolicyDocument, PolicyDocument> change, string? ifMatch, Caller caller, CancellationToken cancel) =>
        store.ChangeAsync(name, caller, async model =>
        {
            Preconditions.Check(ifMatch, (model ?? throw ModelStore.NotFound(name)).PolicyVersion);
            var before = await versions.InForceAsync(model, cancel);
            var after = change(before);
            return before.Json == after.Json ? null : await versions.PlanAsync(
                model, before.Json, new(model.PolicyVersion + 1, after.Json, clock.GetUtcNow(), caller.Actor), cancel);
        }, cancel);
}
