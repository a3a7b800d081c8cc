using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Running;
using Serverless.Services.Storage;

namespace Serverless.Services.Inference.ServiceLevels;

/// <summary>
/// How requests went, for service level objectives: all of them, also those that the prediction log never sees because it is sampled, off, full, or because
/// the model could not be loaded. Counted in memory; each minute this instance's hour is written over, so that writing again changes nothing.
/// </summary>
/// <param name="router">Which models there are.</param>
/// <param name="table">Where counts are kept.</param>
/// <param name="clock">Tells the minute.</param>
/// <param name="logger">Says what could not be stored.</param>
internal sealed class RequestTally(ModelRouter router, RequestsTable table, TimeProvider clock, ILogger<RequestTally> logger) : IDisposable
{
    // What storage has not taken by then is given up.
    private const int HoursKept = 6;

    private readonly ConcurrentDictionary<ModelName, ModelTally> models = new();
    private readonly string instance = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
    private readonly SemaphoreSlim writing = new(1);

    /// <summary>Counts a request that is over. One whose answer was ready counts as answered, whatever became of its sending.</summary>
    public void Count(InferenceCall? call, string model, string? version, int status, long arrived)
    {
        if (call is { AnsweredAt: > 0 }) Count(call, StatusCodes.Status200OK, call.AnsweredAt);
        else if (call is not null) Count(call, status, clock.GetTimestamp());
        else if (status is >= 500 or 429 && router.Known(model) is { } known) CountUnrouted(known, version, status, arrived);
    }

    /// <summary>Counts a failure that the champion has covered: callers have not met it, the version has to answer for it.</summary>
    public void CountCovered(Servable version, long arrived)
    {
        if (version.LatencyBounds is { } bounds)
            Of(version.Model).Count(version.Version.Number, TalliedAs.Covered, StatusCodes.Status500InternalServerError, clock.GetElapsedTime(arrived), Minute(), bounds);
    }

    private void Count(InferenceCall call, int status, long end)
    {
        if (call.Servable.LatencyBounds is not { } bounds) return;
        Of(call.Servable.Model).Count(call.Servable.Version.Number, call.Route == Route.Named ? TalliedAs.Named : TalliedAs.Chosen, status, clock.GetElapsedTime(call.ArrivedAt, end), Minute(), bounds);
    }

    // Nothing could be entered: the model was to answer, and did not.
    private void CountUnrouted(ServableModel known, string? version, int status, long arrived)
    {
        if (known.LatencyBounds is not { } bounds) return;
        var number = version is null ? known.Snapshot.Champion ?? 0 : 0;
        Of(known.Snapshot.Name).Count(number, version is null ? TalliedAs.Chosen : TalliedAs.Named, status, clock.GetElapsedTime(arrived), Minute(), bounds);
    }

    /// <summary>Stores what has changed. What storage does not take stays, and is tried with the next minute.</summary>
    public async Task FlushAsync(CancellationToken cancel)
    {
        await writing.WaitAsync(cancel);
        try
        {
            foreach (var (model, tally) in models)
            {
                foreach (var (hour, sum, json) in tally.Changed())
                {
                    await table.PutAsync(model, DateTimeOffset.FromUnixTimeSeconds(hour * 3600), instance, json, cancel);
                    tally.Stored(hour, sum);
                }
                Forget(model, tally);
            }
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Lets go of what storage would not take for hours, so that memory is bounded.</summary>
    public void Forget()
    {
        foreach (var (model, tally) in models) Forget(model, tally);
    }

    // The hour before may still get its last requests.
    private void Forget(ModelName model, ModelTally tally)
    {
        var hour = Minute() / 60;
        if (tally.Forget(hour - 1, hour - HoursKept) is > 0 and var lost) logger.RequestsNotCounted(model, lost);
    }

    /// <inheritdoc/>
    public void Dispose() => writing.Dispose();

    private ModelTally Of(ModelName model) => models.TryGetValue(model, out var there) ? there : models.GetOrAdd(model, _ => new());

    private long Minute() => clock.GetUtcNow().ToUnixTimeSeconds() / 60;
}
