using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Events;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>Erases everything of one entity on request: asked for and done in the audit trail, done by queue, with a receipt.</summary>
public sealed class ErasureService(
    QueueServiceClient queues, ModelStore store, ModelsTable table, ModelRows rows, ModelSnapshots models, PredictionEraser eraser,
    IOptions<PredictionLogOptions> options, TimeProvider clock, ILogger<ErasureService> logger)
{
    private const int LongestEntity = 256;
    // Half a day: longer than an hour of the log lasts, and than most outages.
    private const int Attempts = 144;
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(5);

    // Longer than a request may run: a message whose row has not come by then has none.
    private static readonly TimeSpan RowComes = TimeSpan.FromMinutes(15);

    private readonly WorkQueue queue = new(queues, StorageNames.ErasureQueue);

    /// <summary>Answers <c>POST /models/{m}/erasures</c> with 202 and where the receipt will be.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/>, <see cref="ProblemKind.InvalidRequest"/></exception>
    public async Task<IResult> RequestAsync(HttpRequest request, string model, CancellationToken cancel)
    {
        var name = ModelName.Parse(model);
        var (wanted, caller) = (await request.ReadAsync(ErasureJson.Default.ErasureRequest, cancel), request.Caller());
        if (wanted.Entity is not { Length: > 0 and <= LongestEntity }) throw new ProblemException(ProblemKind.InvalidRequest, $"\"entity\" is text of 1 to {LongestEntity} characters.") { Where = "entity" };
        var now = clock.GetUtcNow();
        var record = new ErasureRecord(Guid.CreateVersion7(now), Sha256(wanted.Entity), now, caller.Actor, new Dictionary<string, long>(), wanted.Name);
        var known = await models.GetAsync(name, cancel) ?? throw ModelStore.NotFound(name);
        // Before the row, so that no crash leaves a request that nobody works on; late enough that rows on their way have come.
        await SendAsync(new(model, record.Id, wanted.Entity, wanted.Name, now, caller.Actor, caller.CausationId, caller.TraceParent, 0), known.Policy.Logging.FlushAfter + options.Value.ErasureDelay, cancel);
        var row = await RowAsync(name, record, cancel);
        await store.ChangeAsync(name, caller, there => Task.FromResult<Plan?>(PlanOf(name, there, TableTransactionActionType.Add, row, Actions.ErasureRequested, record)), cancel);
        request.HttpContext.Response.Headers.Location = $"/models/{Uri.EscapeDataString(model)}/erasures/{record.Id}";
        return TypedResults.Json(Response(record), ErasureJson.Default.ErasureResponse, statusCode: StatusCodes.Status202Accepted);
    }

    /// <summary>Answers <c>GET /models/{m}/erasures/{id}</c>: how far it is, and at its end the receipt.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/>, <see cref="ProblemKind.NotFound"/></exception>
    public async Task<IResult> GetAsync(string model, string id, CancellationToken cancel)
    {
        var name = ModelName.Parse(model);
        await store.GetAsync(name, cancel);
        return Guid.TryParse(id, out var erasure) && await FindAsync(name, erasure, cancel) is { } record
            ? TypedResults.Json(Response(record), ErasureJson.Default.ErasureResponse)
            : throw new ProblemException(ProblemKind.NotFound, $"{model} has no erasure {id}.") { Where = "id" };
    }

    /// <summary>Does what a message asks for; again, or after a crash, what is left of it.</summary>
    public async Task RunAsync(string message, CancellationToken cancel)
    {
        var asked = JsonSerializer.Deserialize(message, PredictionJson.Default.ErasureMessage)!;
        using var span = LogTracing.Source.Process(StorageNames.ErasureQueue, asked.TraceParent);
        var model = ModelName.Parse(asked.Model);
        if (await FindAsync(model, asked.Id, cancel) is not { } record)
        {
            // The row is still on its way, or whoever asked was told that it failed.
            if (clock.GetUtcNow() - asked.Requested < RowComes) await SendAsync(asked, options.Value.ErasureDelay, cancel);
            return;
        }
        if (record.Completed is not null) return;
        try
        {
            var (rows, whole) = await EraseAsync(model, asked, record, cancel);
            if (whole) await EndAsync(model, rows, asked, null, cancel);
            else await RepeatAsync(model, asked, "Writers kept appending to bytes that hold a row, or a file did not read.", cancel);
        }
        catch (Exception failure) when (failure is ParquetSharp.ParquetException or InvalidDataException)
        {
            await EndAsync(model, await FindAsync(model, asked.Id, cancel) ?? record, asked, $"A file of the log cannot be read, and so cannot be written without these rows: {failure.Message}", cancel);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Not left to the queue: what it gives up goes to a poison queue, with the key in it.
            logger.ErasureStumbled(failure, model, asked.Id);
            await RepeatAsync(model, asked, failure.Message, cancel);
        }
    }

    private async Task<(ErasureRecord Record, bool Whole)> EraseAsync(ModelName model, ErasureMessage asked, ErasureRecord record, CancellationToken cancel)
    {
        var (match, whole) = (eraser.Match(asked.Entity, asked.Name, asked.Requested), true);
        var (erased, pending) = (new Dictionary<string, long>(record.Rows), new Dictionary<string, long>(record.Pending ?? new Dictionary<string, long>()));
        var seen = new HashSet<string>();
        Task TellAsync(string file) => KeepAsync(model, record = (record with { Rows = erased, Pending = pending }).With(file), cancel);
        await foreach (var (hour, ids) in eraser.FindAsync(model, match, cancel))
        {
            var key = hour.UtcDateTime.ToString("yyyy-MM-dd'T'HH':00Z'", CultureInfo.InvariantCulture);
            seen.Add(key);
            // Told before they go: a run that ends half-way leaves fewer to count.
            pending[key] = Math.Max(pending.GetValueOrDefault(key), ids.Count);
            await KeepAsync(model, record with { Rows = erased, Pending = pending }, cancel);
            var done = await eraser.EraseAsync(model, hour, ids, TellAsync, cancel);
            whole &= done;
            if (!done) continue;
            erased[key] = erased.GetValueOrDefault(key) + pending[key];
            pending.Remove(key);
            await KeepAsync(model, record with { Rows = erased, Pending = pending }, cancel);
        }
        // Hours whose rows are gone, where a run was cut off before it saw what they left, or a tensor of theirs had to wait.
        foreach (var hour in pending.Keys.Where(key => !seen.Contains(key)).ToList())
            whole &= await eraser.EraseAsync(model, DateTimeOffset.Parse(hour, CultureInfo.InvariantCulture), new HashSet<PredictionId>(), TellAsync, cancel);
        // What a run that was cut off has erased whole is found by nobody any more.
        foreach (var (key, count) in whole ? pending : []) erased[key] = erased.GetValueOrDefault(key) + count;
        return (record with { Rows = erased, Pending = whole ? null : pending }, whole);
    }

    private async Task RepeatAsync(ModelName model, ErasureMessage asked, string why, CancellationToken cancel)
    {
        if (asked.Attempt >= Attempts && await FindAsync(model, asked.Id, cancel) is { } record)
        {
            await EndAsync(model, record, asked, why, cancel);
            return;
        }
        logger.ErasureWaits(model, asked.Id);
        await SendAsync(asked with { Attempt = asked.Attempt + 1 }, Again, cancel);
    }

    // Once: two deliveries of one message may come to their end together.
    private async Task EndAsync(ModelName model, ErasureRecord record, ErasureMessage asked, string? problem, CancellationToken cancel)
    {
        record = record with { Completed = clock.GetUtcNow(), Problem = problem };
        var row = await RowAsync(model, record, cancel);
        await store.ChangeAsync(model, new(asked.Actor, asked.CausationId, Activity.Current?.Id ?? asked.TraceParent), async there =>
            await FindAsync(model, asked.Id, cancel) is not { Completed: null } ? null : PlanOf(model, there, TableTransactionActionType.UpsertReplace, row, Actions.PredictionsErased, record), cancel);
        logger.Erased(model, asked.Id, record.Rows.Values.Sum());
    }

    private Task<Azure.Storage.Queues.Models.SendReceipt> SendAsync(ErasureMessage message, TimeSpan delay, CancellationToken cancel) =>
        queue.SendAsync(JsonSerializer.Serialize(message, PredictionJson.Default.ErasureMessage), delay, cancel);

    private async Task<ErasureRecord?> FindAsync(ModelName model, Guid id, CancellationToken cancel) =>
        await table.FindAsync(model, StorageNames.Erasure(id), cancel) is { } row ? await rows.ReadAsync(row, ErasureJson.Default.ErasureRecord, cancel) : null;

    private async Task KeepAsync(ModelName model, ErasureRecord record, CancellationToken cancel) =>
        await table.TryCommitAsync([new(TableTransactionActionType.UpsertReplace, await RowAsync(model, record, cancel))], cancel);

    private static Plan PlanOf(ModelName model, ModelRecord? there, TableTransactionActionType how, TableEntity row, string action, ErasureRecord record) =>
        new(there ?? throw ModelStore.NotFound(model), [new(how, row)], new Change(action, $"erasures/{record.Id}", null, Told(record)));

    private async Task<TableEntity> RowAsync(ModelName model, ErasureRecord record, CancellationToken cancel) =>
        await rows.WriteAsync(model, StorageNames.Erasure(record.Id), record, ErasureJson.Default.ErasureRecord, cancel);

    private static JsonObject Told(ErasureRecord record) => new()
    {
        ["entitySha256"] = record.EntitySha256,
        ["name"] = record.Name,
        ["requested"] = record.Requested,
        ["rows"] = record.Completed is null ? null : record.Rows.Values.Sum(),
        ["hours"] = record.Completed is null ? null : record.Rows.Count,
        ["files"] = record.Completed is null ? null : record.Files,
        ["problem"] = record.Problem,
    };

    private static ErasureResponse Response(ErasureRecord record) => new(
        record.Id, record.Status, record.EntitySha256, record.Name, record.Requested, record.RequestedBy, record.Completed, record.Rows.Values.Sum(), record.Rows, record.Files, record.FileNames ?? [], record.Problem);

    private static string Sha256(string entity) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(entity)));
}
