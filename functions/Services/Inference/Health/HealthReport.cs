using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Serverless.Services.Inference.Sessions;
using Serverless.Services.Inference.Shadows;
using Serverless.Services.Predictions;

namespace Serverless.Services.Inference.Health;

/// <summary>
/// How this instance is, with each part on which it leans. It is for people and for what watches: without storage the instance goes on serving what it knows,
/// and says so here, not under <c>/v2/health/ready</c>, so that no balancer takes away what still answers.
/// </summary>
public sealed class HealthReport
{
    private const double NearlyFull = 0.95, Filling = 0.5;

    private readonly DependencyChecks checks;
    private readonly SessionCache sessions;
    private readonly PredictionCounters predictions;
    private readonly TruthCounters truth;
    private readonly ShadowCounters shadows;
    private readonly ShadowLog shadowLog;
    private readonly long budget, room;

    internal HealthReport(
        DependencyChecks checks, SessionCache sessions, PredictionCounters predictions, TruthCounters truth, ShadowCounters shadows, ShadowLog shadowLog, IOptions<InferenceOptions> options, IOptions<PredictionLogOptions> log) =>
        (this.checks, this.sessions, this.predictions, this.truth, this.shadows, this.shadowLog, budget, room) =
            (checks, sessions, predictions, truth, shadows, shadowLog, options.Value.SessionMemoryBytes, log.Value.MaximumBytes);

    /// <summary>Asks each part, and reports: 503 where one is unhealthy.</summary>
    public async Task<IResult> AnswerAsync(CancellationToken cancel)
    {
        var asked = await checks.AskAsync(cancel);
        var dependencies = new Dictionary<string, DependencyHealth>(asked)
        {
            ["sessionMemory"] = new(sessions.Bytes >= budget * NearlyFull ? HealthStatus.Degraded : HealthStatus.Healthy),
            ["predictionLog"] = new(predictions.Snapshot().PendingBytes is var bytes && bytes >= room ? HealthStatus.Unhealthy : bytes >= room * Filling ? HealthStatus.Degraded : HealthStatus.Healthy),
        };
        var status = dependencies.Values.Max(part => part.Status);
        var tables = asked[TablesCheck];
        var health = new Health(
            status, dependencies, new(tables.Status == HealthStatus.Healthy, tables.Milliseconds ?? 0), new(sessions.Count, sessions.Bytes, budget), Predictions(), truth.Snapshot(),
            shadows.Snapshot(shadowLog.Counters.Snapshot().Pending));
        return TypedResults.Json(health, HealthJson.Default.Health, statusCode: status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }

    internal const string TablesCheck = "tables";

    private PredictionHealth Predictions()
    {
        var now = predictions.Snapshot();
        return new(now.Accepted, now.Flushed, now.Pending, now.PendingBytes, Math.Round(now.Lag.TotalMilliseconds, 1),
            new(now.Dropped[DropReason.Pressure], now.Dropped[DropReason.Shutdown], now.Dropped[DropReason.Unencodable], now.Dropped[DropReason.Killed]),
            now.Sampled, now.Appends, now.Files, now.Bytes, now.Compacted, now.CompactedBytes, now.DebtBytes);
    }
}

internal sealed record Health(
    HealthStatus Status, IReadOnlyDictionary<string, DependencyHealth> Dependencies, StorageHealth Storage, SessionHealth Sessions, PredictionHealth Predictions, TruthSnapshot Truth, ShadowHealth Shadows);

internal sealed record StorageHealth(bool Reachable, double Milliseconds);

internal sealed record SessionHealth(int Loaded, long Bytes, long BudgetBytes);

/// <summary>The prediction log's counters in this instance: rows, but for <c>SampledOut</c> (requests), <c>Appends</c> and <c>Files</c>.</summary>
internal sealed record PredictionHealth(
    long Accepted, long Durable, long Pending, long PendingBytes, double LagMilliseconds, DroppedRows Dropped, long SampledOut,
    long Appends, long Files, long Bytes, long Compacted, long CompactedBytes, long CompactionDebtBytes);

internal sealed record DroppedRows(long Pressure, long Shutdown, long Unencodable, long Killed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Health))]
internal sealed partial class HealthJson : JsonSerializerContext;
