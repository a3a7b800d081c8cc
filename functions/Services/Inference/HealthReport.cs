using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Sessions;
using Serverless.Services.Inference.Shadows;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;

namespace Serverless.Services.Inference;

/// <summary>How this instance is. The process answers, so it lives; without storage it goes on serving what it knows, and says so.</summary>
public sealed class HealthReport
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly ModelName Anything = ModelName.Parse("health");

    private readonly ModelsTable table;
    private readonly SessionCache sessions;
    private readonly TimeProvider clock;
    private readonly PredictionCounters predictions;
    private readonly TruthCounters truth;
    private readonly ShadowCounters shadows;
    private readonly ShadowLog shadowLog;
    private readonly long budget;

    internal HealthReport(ModelsTable table, SessionCache sessions, PredictionCounters predictions, TruthCounters truth, ShadowCounters shadows, ShadowLog shadowLog, IOptions<InferenceOptions> options, TimeProvider clock) =>
        (this.table, this.sessions, this.predictions, this.truth, this.shadows, this.shadowLog, this.clock, budget) = (table, sessions, predictions, truth, shadows, shadowLog, clock, options.Value.SessionMemoryBytes);

    /// <summary>Asks storage once, and reports.</summary>
    public async Task<IResult> AnswerAsync(CancellationToken cancel)
    {
        var storage = await AskAsync(cancel);
        var health = new Health(storage.Reachable ? "ok" : "degraded", storage, new(sessions.Count, sessions.Bytes, budget), Predictions(), truth.Snapshot(), shadows.Snapshot(shadowLog.Counters.Snapshot().Pending));
        return TypedResults.Json(health, HealthJson.Default.Health);
    }

    private PredictionHealth Predictions()
    {
        var now = predictions.Snapshot();
        return new(now.Accepted, now.Flushed, now.Pending, now.PendingBytes, Math.Round(now.Lag.TotalMilliseconds, 1),
            new(now.Dropped[DropReason.Pressure], now.Dropped[DropReason.Shutdown], now.Dropped[DropReason.Unencodable], now.Dropped[DropReason.Killed]),
            now.Sampled, now.Appends, now.Files, now.Bytes, now.Compacted, now.CompactedBytes, now.DebtBytes);
    }

    // The read that serving itself depends on, of a model that need not be there.
    private async Task<StorageHealth> AskAsync(CancellationToken cancel)
    {
        var start = clock.GetTimestamp();
        try
        {
            await table.FindAsync(Anything, StorageNames.ModelRow, cancel).WaitAsync(Patience, clock, cancel);
            return new(true, Math.Round(clock.GetElapsedTime(start).TotalMilliseconds, 1));
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            return new(false, Math.Round(clock.GetElapsedTime(start).TotalMilliseconds, 1));
        }
    }
}

internal sealed record Health(string Status, StorageHealth Storage, SessionHealth Sessions, PredictionHealth Predictions, TruthSnapshot Truth, ShadowHealth Shadows);

internal sealed record StorageHealth(bool Reachable, double Milliseconds);

internal sealed record SessionHealth(int Loaded, long Bytes, long BudgetBytes);

/// <summary>The prediction log's counters in this instance: rows, but for <c>SampledOut</c> (requests), <c>Appends</c> and <c>Files</c>.</summary>
internal sealed record PredictionHealth(
    long Accepted, long Durable, long Pending, long PendingBytes, double LagMilliseconds, DroppedRows Dropped, long SampledOut,
    long Appends, long Files, long Bytes, long Compacted, long CompactedBytes, long CompactionDebtBytes);

internal sealed record DroppedRows(long Pressure, long Shutdown, long Unencodable, long Killed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Health))]
internal sealed partial class HealthJson : JsonSerializerContext;
