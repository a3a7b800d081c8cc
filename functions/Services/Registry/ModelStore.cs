using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Queues.Models;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Events;
using Serverless.Services.Registry.Audit;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry;

/// <summary>
/// Changes a model: load, decide, commit. A commit is one transaction of the changed rows, the model's own row (whose ETag decides
/// between two writers), an audit entry and an event for each change. Afterwards the events are published and the projections written.
/// </summary>
/// <param name="table">The model partitions.</param>
/// <param name="rows">Records as rows.</param>
/// <param name="outbox">The events.</param>
/// <param name="projections">Catalog and audit index.</param>
/// <param name="snapshots">What serving sees.</param>
/// <param name="clock">Dates changes.</param>
public sealed class ModelStore(
    ModelsTable table, ModelRows rows, OutboxDispatcher outbox, Projections projections, ModelSnapshots snapshots, TimeProvider clock)
{
    private const int Attempts = 12;

    // Two thirds of the outbox's delay as it is by default.
    private static readonly TimeSpan CommitLimit = TimeSpan.FromSeconds(20);

    /// <summary>The model's record, or null.</summary>
    public async Task<ModelRecord?> FindAsync(ModelName name, CancellationToken cancel) => (await LoadAsync(name, cancel)).Model;

    /// <summary>The model's record.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/></exception>
    public async Task<ModelRecord> GetAsync(ModelName name, CancellationToken cancel) => await FindAsync(name, cancel) ?? throw NotFound(name);

    /// <summary>There is no such model.</summary>
    public static ProblemException NotFound(ModelName name) => new(ProblemKind.ModelNotFound, $"There is no model named {name}.") { Where = "model" };

    /// <summary>Decides on the state as it is and commits, again and again while other writers are first. Null from <paramref name="decide"/>: nothing to do.</summary>
    /// <returns>The model as it is now.</returns>
    /// <exception cref="ProblemException">What <paramref name="decide"/> refuses; <see cref="ProblemKind.VersionConflict"/> when other writers are first every time.</exception>
    internal async Task<ModelRecord> ChangeAsync(ModelName name, Caller caller, Func<ModelRecord?, Task<Plan?>> decide, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (model, etag) = await LoadAsync(name, cancel);
            var plan = await decide(model);
            if (plan is null) return model ?? throw NotFound(name);
            if (await TryCommitAsync(name, etag, plan, caller, cancel) is { } committed) return committed;
            // Whoever was first needs a moment to finish; writers that lost together should not meet again.
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5, 20 << Math.Min(attempt, 4))), clock, cancel);
        }

        throw new ProblemException(ProblemKind.VersionConflict, $"Other writers kept changing {name}. Read it again and repeat.");
    }

    private async Task<(ModelRecord? Model, ETag? ETag)> LoadAsync(ModelName name, CancellationToken cancel) =>
        await table.FindAsync(name, StorageNames.ModelRow, cancel) is { } row
            ? (await rows.ReadAsync(row, StoredJson.Default.ModelRecord, cancel), row.ETag)
            : (null, null);

    private async Task<ModelRecord?> TryCommitAsync(ModelName name, ETag? etag, Plan plan, Caller caller, CancellationToken cancel)
    {
        using var span = RegistryTracing.Change(name, plan);
        var (next, entries, audit) = Chain(plan, caller);
        var events = plan.Changes.Zip(entries, (change, entry) => Event(change, entry)).ToArray();
        var modelRow = await rows.WriteAsync(name, StorageNames.ModelRow, next, StoredJson.Default.ModelRecord, cancel);
        List<TableTransactionAction> actions =
        [
            etag is { } seen ? new(TableTransactionActionType.UpdateReplace, modelRow, seen) : new(TableTransactionActionType.Add, modelRow),
            .. plan.Rows,
            .. audit,
            .. events.Select(waiting => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity(StorageNames.Partition(name), StorageNames.Outbox(waiting.Id))
                .WithText("json", JsonSerializer.Serialize(waiting, EventsJson.Default.OutboxEvent)))),
        ];

        var question = await outbox.WatchAsync(name, cancel);
        return await CommitAsync(name, actions, entries[0])
            ? await FinishAsync(name, next, entries, events, question)
            : await LoseAsync(question);
    }

    // The caller's leaving must not cut a commit from its consequences. It ends well before the question comes up, so that a crash
    // after it still finds the question; when its outcome is unknown, the question stands.
    private async Task<bool> CommitAsync(ModelName name, List<TableTransactionAction> actions, AuditEntry first)
    {
        using var limit = new CancellationTokenSource(CommitLimit, clock);
        try
        {
            return await table.TryCommitAsync(actions, limit.Token) || await IsThereAsync(name, first);
        }
        catch (OperationCanceledException)
        {
            throw new ProblemException(ProblemKind.Unavailable, "Storage does not answer. Read the model again before you repeat: the change may have been made.") { RetryAfter = CommitLimit };
        }
    }

    private async Task<ModelRecord> FinishAsync(
        ModelName name, ModelRecord next, IReadOnlyList<AuditEntry> entries, IReadOnlyCollection<OutboxEvent> events, SendReceipt question)
    {
        snapshots.Invalidate(name);
        await projections.WriteAsync(next, entries, CancellationToken.None);
        await outbox.PublishAsync(name, events, question, CancellationToken.None);
        return next;
    }

    private async Task<ModelRecord?> LoseAsync(SendReceipt question)
    {
        await outbox.WithdrawAsync(question, CancellationToken.None);
        return null;
    }

    // A transaction whose answer was lost is sent again by the client library, and then conflicts with itself.
    private async Task<bool> IsThereAsync(ModelName name, AuditEntry entry) =>
        await table.FindAsync(name, StorageNames.Audit(entry.Id), CancellationToken.None) is not null;

    private (ModelRecord Next, AuditEntry[] Entries, TableTransactionAction[] Rows) Chain(Plan plan, Caller caller)
    {
        var head = plan.Next.Audit;
        var entries = new List<AuditEntry>();
        var written = new List<TableTransactionAction>();
        foreach (var change in plan.Changes)
        {
            (var entry, var json, head) = AuditChain.Next(head, clock.GetUtcNow(), plan.Next.Name, Subject(plan.Next.Name, change), change, caller);
            entries.Add(entry);
            written.Add(AuditChain.Row(StorageNames.Partition(plan.Next.Name), entry, json, head));
        }

        return (plan.Next with { Audit = head, Updated = entries[^1].Time }, [.. entries], [.. written]);
    }

    private static string Subject(ModelName name, Change change) => change.Subject.Length == 0 ? $"models/{name}" : $"models/{name}/{change.Subject}";

    private static OutboxEvent Event(Change change, AuditEntry entry) => new(
        entry.Id, EventTypes.Of(change.Action), entry.Subject, entry.Time, entry.TraceParent,
        new JsonObject
        {
            ["model"] = entry.Model!.Value.Value,
            ["sequence"] = entry.Sequence,
            ["actor"] = entry.Actor,
            ["correlationId"] = change.Correlation ?? entry.CausationId,
            ["causationId"] = entry.CausationId,
            ["reason"] = entry.Reason,
            ["before"] = change.Before?.DeepClone(),
            ["after"] = change.After?.DeepClone(),
        })
    {
        CorrelationId = change.Correlation ?? entry.CausationId, CausationId = entry.CausationId,
    };
}
