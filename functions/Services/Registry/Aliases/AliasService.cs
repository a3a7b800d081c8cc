using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Aliases;

/// <summary>Moves pointers by compare-and-swap: of two movers, both are served in turn, and one that named an ETag is told when it was second.</summary>
/// <param name="store">The model partitions.</param>
/// <param name="table">The rows.</param>
/// <param name="rows">Records as rows.</param>
/// <param name="versions">What can be pointed at.</param>
/// <param name="clock">Dates moves.</param>
/// <param name="logger">Says who moved.</param>
public sealed class AliasService(ModelStore store, ModelsTable table, ModelRows rows, VersionReader versions, TimeProvider clock, ILogger<AliasService> logger)
{
    /// <summary>Every pointer of a model.</summary>
    public Task<IReadOnlyDictionary<string, int>> ListAsync(ModelName model, CancellationToken cancel) => versions.AliasesAsync(model, cancel);

    /// <summary>One pointer.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/></exception>
    public async Task<AliasRecord> GetAsync(ModelName model, AliasName alias, CancellationToken cancel) =>
        await FindAsync(model, alias, cancel) ?? throw Absent(model, alias);

    /// <summary>Points an alias at a version. Where it points already it stays.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/>, <see cref="ProblemKind.VersionNotFound"/>,
    /// <see cref="ProblemKind.Conflict"/> for an archived target, <see cref="ProblemKind.PreconditionFailed"/>.</exception>
    public async Task<AliasRecord> PutAsync(ModelName model, AliasName alias, AliasRequest request, string? ifMatch, Caller caller, CancellationToken cancel)
    {
        AliasRecord? result = null;
        var moved = false;
        await store.ChangeAsync(model, caller, async record =>
        {
            if (record is null) throw ModelStore.NotFound(model);
            var old = await FindAsync(model, alias, cancel);
            Preconditions.Check(ifMatch, old?.Revision);
            var target = await versions.GetAsync(model, request.Version, cancel);
            if (record.Archived) throw new ProblemException(ProblemKind.Conflict, $"{model} is archived. Restore it first.");
            if (target.Archived) throw new ProblemException(ProblemKind.Conflict, $"Version {target.Number} of {model} is archived. Restore it first.");
            if (alias == AliasName.Champion && old?.Version != target.Number && await table.FindAsync(model, StorageNames.Quarantine(target.Number), cancel) is { } quarantine)
                throw new ProblemException(ProblemKind.Conflict, $"Version {target.Number} of {model} is in quarantine: {quarantine.GetText("reason")} A rollout that lifts it can be asked for.");
            moved = old?.Version != target.Number;
            if (!moved)
            {
                result = old;
                return null;
            }

            result = new(target.Number, clock.GetUtcNow(), Labels.Text(request.Reason, 1024, "reason"), (old?.Revision ?? 0) + 1);
            return await PlanAsync(record, alias, old, result, cancel);
        }, cancel);
        if (moved) logger.AliasMoved(model, alias, result!.Version);
        return result!;
    }

    /// <summary>Removes a pointer.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/>, <see cref="ProblemKind.NotFound"/>, <see cref="ProblemKind.PreconditionFailed"/>.</exception>
    public Task DeleteAsync(ModelName model, AliasName alias, string? reason, string? ifMatch, Caller caller, CancellationToken cancel) =>
        store.ChangeAsync(model, caller, async record =>
        {
            if (record is null) throw ModelStore.NotFound(model);
            var old = await FindAsync(model, alias, cancel) ?? throw Absent(model, alias);
            Preconditions.Check(ifMatch, old.Revision);
            return new Plan(
                alias == AliasName.Champion ? record with { Champion = null } : record,
                [new(TableTransactionActionType.Delete, new TableEntity(StorageNames.Partition(model), StorageNames.Alias(alias)), Azure.ETag.All)],
                new Change(Actions.AliasDeleted, Subject(alias), Target(old), null, Labels.Text(reason, 1024, "reason")));
        }, cancel);

    internal async Task<Plan> PlanAsync(ModelRecord record, AliasName alias, AliasRecord? old, AliasRecord next, CancellationToken cancel) => new(
        alias == AliasName.Champion ? record with { Champion = next.Version } : record,
        [new(TableTransactionActionType.UpsertReplace, await rows.WriteAsync(record.Name, StorageNames.Alias(alias), next, StoredJson.Default.AliasRecord, cancel))],
        new Change(Actions.AliasMoved, Subject(alias), old is null ? null : Target(old), Target(next), next.Reason));

    internal async Task<AliasRecord?> FindAsync(ModelName model, AliasName alias, CancellationToken cancel) =>
        await table.FindAsync(model, StorageNames.Alias(alias), cancel) is { } row ? await rows.ReadAsync(row, StoredJson.Default.AliasRecord, cancel) : null;

    private static string Subject(AliasName alias) => $"aliases/{alias}";

    private static JsonObject Target(AliasRecord alias) => new() { ["version"] = alias.Version };

    private static ProblemException Absent(ModelName model, AliasName alias) => new(ProblemKind.NotFound, $"{model} has no alias {alias}.") { Where = "alias" };
}
