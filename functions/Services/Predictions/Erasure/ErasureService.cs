using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
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
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(5);

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
        await SendAsync(new(model, record.Id, wanted.Entity, wanted.Name, now, caller.Actor, caller.CausationId, caller.TraceParent), known.Policy.Logging.FlushAfter + options.Value.ErasureDelay, cancel);
        await WriteAsync(name, record, TableTransactionActionType.Add, Actions.ErasureRequested, caller, cancel);
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
        var model = ModelName.Parse(asked.Model);
        // No row: whoever asked was told that it failed.
        if (await FindAsync(model, asked.Id, cancel) is not { Completed: null } record) return;
        var (match, whole, erased) = (eraser.Match(asked.Entity, asked.Name, asked.Requested), true, new Dictionary<string, long>(record.Rows));
        var caller = new Caller(asked.Actor, asked.CausationId, asked.TraceParent);
        await foreach (var (hour, ids) in eraser.FindAsync(model, match, cancel))
        {
            // Counted before they go: a run that ends half-way leaves fewer to count.
            var key = hour.UtcDateTime.ToString("yyyy-MM-dd'T'HH':00Z'", System.Globalization.CultureInfo.InvariantCulture);
            erased[key] = Math.Max(erased.GetValueOrDefault(key), ids.Count);
            await KeepAsync(model, record = record with { Rows = erased }, cancel);
            whole &= await eraser.EraseAsync(model, hour, ids, cancel);
        }
        if (!whole)
        {
            logger.ErasureWaits(model, asked.Id);
            await SendAsync(asked, Again, cancel);
            return;
        }
        await WriteAsync(model, record with { Completed = clock.GetUtcNow() }, TableTransactionActionType.UpsertReplace, Actions.PredictionsErased, caller, cancel);
        logger.Erased(model, asked.Id, erased.Values.Sum());
    }

    private Task<Azure.Storage.Queues.Models.SendReceipt> SendAsync(ErasureMessage message, TimeSpan delay, CancellationToken cancel) =>
        queue.SendAsync(JsonSerializer.Serialize(message, PredictionJson.Default.ErasureMessage), delay, cancel);

    private async Task<ErasureRecord?> FindAsync(ModelName model, Guid id, CancellationToken cancel) =>
        await table.FindAsync(model, StorageNames.Erasure(id), cancel) is { } row ? await rows.ReadAsync(row, ErasureJson.Default.ErasureRecord, cancel) : null;

    private async Task KeepAsync(ModelName model, ErasureRecord record, CancellationToken cancel) =>
        await table.TryCommitAsync([new(TableTransactionActionType.UpsertReplace, await RowAsync(model, record, cancel))], cancel);

    private async Task WriteAsync(ModelName model, ErasureRecord record, TableTransactionActionType how, string action, Caller caller, CancellationToken cancel)
    {
        var row = await RowAsync(model, record, cancel);
        await store.ChangeAsync(model, caller, there => Task.FromResult<Plan?>(new(
            there ?? throw ModelStore.NotFound(model), [new(how, row)], new Change(action, $"erasures/{record.Id}", null, Told(record)))), cancel);
    }

    private async Task<TableEntity> RowAsync(ModelName model, ErasureRecord record, CancellationToken cancel) =>
        await rows.WriteAsync(model, StorageNames.Erasure(record.Id), record, ErasureJson.Default.ErasureRecord, cancel);

    private static JsonObject Told(ErasureRecord record) => new()
    {
        ["entitySha256"] = record.EntitySha256,
        ["name"] = record.Name,
        ["requested"] = record.Requested,
        ["rows"] = record.Completed is null ? null : record.Rows.Values.Sum(),
        ["hours"] = record.Completed is null ? null : record.Rows.Count,
    };

    private static ErasureResponse Response(ErasureRecord record) => new(
        record.Id, record.Completed is null ? "running" : "completed", record.EntitySha256, record.Name, record.Requested, record.RequestedBy, record.Completed, record.Rows.Values.Sum(), record.Rows);

    private static string Sha256(string entity) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(entity)));
}
