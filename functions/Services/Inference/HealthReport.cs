using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Sessions;
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
    private readonly long budget;

    internal HealthReport(ModelsTable table, SessionCache sessions, IOptions<InferenceOptions> options, TimeProvider clock) =>
        (this.table, this.sessions, this.clock, budget) = (table, sessions, clock, options.Value.SessionMemoryBytes);

    /// <summary>Asks storage once, and reports.</summary>
    public async Task<IResult> AnswerAsync(CancellationToken cancel)
    {
        var storage = await AskAsync(cancel);
        var health = new Health(storage.Reachable ? "ok" : "degraded", storage, new(sessions.Count, sessions.Bytes, budget));
        return TypedResults.Json(health, HealthJson.Default.Health);
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

internal sealed record Health(string Status, StorageHealth Storage, SessionHealth Sessions);

internal sealed record StorageHealth(bool Reachable, double Milliseconds);

internal sealed record SessionHealth(int Loaded, long Bytes, long BudgetBytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Health))]
internal sealed partial class HealthJson : JsonSerializerContext;
