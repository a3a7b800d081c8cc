using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Storage;

namespace Serverless.Services.Rollout.Store;

/// <summary>Rollouts and decisions as rows of their model's partition. What changes them is a plan of <see cref="ModelStore"/>.</summary>
/// <param name="table">The rows.</param>
/// <param name="artifacts">Evidence, each at the address that its hash is.</param>
/// <param name="policies">By which a rollout goes.</param>
public sealed class RolloutStore(ModelsTable table, ArtifactBlobs artifacts, PolicyVersions policies)
{
    internal async Task<RolloutDocument?> FindAsync(ModelName model, Guid id, CancellationToken cancel) =>
        await table.FindAsync(model, StorageNames.Rollout(id), cancel) is { } row ? Read(row) : null;

    /// <summary>Those of a model that are not settled, oldest first.</summary>
    internal async Task<IReadOnlyList<RolloutDocument>> OpenAsync(ModelRecord model, CancellationToken cancel)
    {
        var open = new List<RolloutDocument>();
        foreach (var id in model.Rollouts ?? [])
            if (await FindAsync(model.Name, id, cancel) is { } rollout) open.Add(rollout);
        return open;
    }

    /// <summary>A page of a model's rollouts, newest first.</summary>
    internal async Task<(IReadOnlyList<RolloutDocument> Rollouts, string? Next)> ListAsync(ModelName model, Paging paging, CancellationToken cancel)
    {
        var (found, next) = await PageAsync(model, StorageNames.RolloutPrefix, paging, cancel);
        return ([.. found.Select(Read)], next);
    }

    /// <summary>A page of a model's decisions, newest first.</summary>
    internal async Task<(IReadOnlyList<Decision> Decisions, string? Next)> DecisionsAsync(ModelName model, Paging paging, CancellationToken cancel)
    {
        var (found, next) = await PageAsync(model, StorageNames.DecisionPrefix, paging, cancel);
        return ([.. found.Select(ReadDecision)], next);
    }

    /// <summary>Every decision of a model, newest first.</summary>
    internal IAsyncEnumerable<Decision> AllDecisionsAsync(ModelName model, CancellationToken cancel) => table.ListAsync(model, StorageNames.DecisionPrefix, null, cancel).Select(ReadDecision);

    internal async Task<Decision?> FindDecisionAsync(ModelName model, Guid id, CancellationToken cancel) =>
        await table.FindAsync(model, StorageNames.Decision(id), cancel) is { } row ? ReadDecision(row) : null;

    /// <summary>The figures that a decision looked at.</summary>
    internal async Task<Evidence> EvidenceAsync(Decision decision, CancellationToken cancel) =>
        Evidence.Read(Encoding.UTF8.GetBytes(await artifacts.GetTextAsync(decision.Evidence, cancel)));

    /// <summary>The policy by which a rollout goes, whatever has been written since.</summary>
    internal async Task<RolloutPolicy> PolicyAsync(RolloutState state, CancellationToken cancel) =>
        (await PolicyAsync(ModelName.Parse(state.Model), state.Policy, cancel)).Of(state);

    internal async Task<RolloutPolicy> PolicyAsync(ModelName model, int version, CancellationToken cancel) => version == 0
        ? ModelPolicy.Default.Rollout
        : PolicyDocument.Stored((await policies.GetAsync(model, version, cancel)).Json).Policy.Rollout;

    /// <summary>Keeps the figures, before the decision that names them.</summary>
    internal Task KeepAsync(Evidence evidence, CancellationToken cancel) => artifacts.PutTextAsync(Encoding.UTF8.GetString(evidence.Json.Span), cancel);

    internal static TableEntity Row(RolloutDocument rollout) =>
        new TableEntity(StorageNames.Partition(ModelName.Parse(rollout.State.Model)), StorageNames.Rollout(rollout.State.Id))
            .WithText(ModelRows.Text, JsonSerializer.Serialize(rollout, RolloutStoredJson.Default.RolloutDocument));

    internal static TableEntity Row(Decision decision) =>
        new TableEntity(StorageNames.Partition(ModelName.Parse(decision.Subject.Model)), StorageNames.Decision(decision.Id)) { [ModelRows.Names] = decision.Evidence.Hex }
            .WithText(ModelRows.Text, JsonSerializer.Serialize(decision, RolloutStoredJson.Default.Decision));

    internal static ProblemException NotFound(ModelName model, Guid id) => new(ProblemKind.NotFound, $"{model} has no rollout {id}.") { Where = "id" };

    private async Task<(List<TableEntity> Rows, string? Next)> PageAsync(ModelName model, string prefix, Paging paging, CancellationToken cancel)
    {
        var found = await table.ListAsync(model, prefix, paging.After is null ? null : prefix + paging.After, cancel).Take(paging.Size + 1).ToListAsync(cancel);
        return ([.. found.Take(paging.Size)], found.Count > paging.Size ? Paging.Token(found[paging.Size - 1].RowKey[prefix.Length..]) : null);
    }

    private static RolloutDocument Read(TableEntity row) => JsonSerializer.Deserialize(row.GetText(ModelRows.Text), RolloutStoredJson.Default.RolloutDocument)!;

    private static Decision ReadDecision(TableEntity row) => JsonSerializer.Deserialize(row.GetText(ModelRows.Text), RolloutStoredJson.Default.Decision)!;
}
