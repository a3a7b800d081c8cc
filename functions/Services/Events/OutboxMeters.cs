using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Registry;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Events;

/// <summary>
/// What waits in outboxes to be told. Nobody reads all outboxes to find out: a model is noted when this instance fails to tell something of it, and its
/// outbox is read in the background from then on, until it is empty, whoever empties it. What a crash left is noted when the question about it comes up.
/// </summary>
public sealed class OutboxMeters : IMeters
{
    /// <summary>The registry's and the rollouts' outbox.</summary>
    public const string Changes = "changes";

    /// <summary>The alerts' outbox.</summary>
    public const string Alerts = "alerts";

    private readonly ConcurrentDictionary<(string Outbox, ModelName Model), Func<CancellationToken, Task<IReadOnlyList<DateTimeOffset>>>> noted = new();
    private readonly BackgroundView<Dictionary<string, Waiting>> view;
    private readonly TimeProvider clock;

    /// <summary>Makes the instruments.</summary>
    public OutboxMeters(EventMeters meters, IOptions<TelemetryOptions> options, TimeProvider clock, ILogger<OutboxMeters> logger)
    {
        this.clock = clock;
        view = new(ReadAsync, options, clock, logger);
        meters.Meter.CreateObservableGauge("mlops.outbox.pending", () => Show((_, waiting) => waiting.Count), description: "Events and notices that wait to be told, as far as this instance knows.");
        meters.Meter.CreateObservableGauge("mlops.outbox.oldest_age", () => Show((now, waiting) => waiting.Oldest is { } since ? Math.Max(0, (now - since).TotalSeconds) : 0), "s", "How long the oldest of them has waited.");
    }

    /// <summary>Something of a model could not be told.</summary>
    /// <param name="outbox">Where it waits.</param>
    /// <param name="model">The model.</param>
    /// <param name="read">When what waits of the model was written.</param>
    public void Waits(string outbox, ModelName model, Func<CancellationToken, Task<IReadOnlyList<DateTimeOffset>>> read) => noted[(outbox, model)] = read;

    private IEnumerable<Measurement<double>> Show(Func<DateTimeOffset, Waiting, double> figure)
    {
        var (now, known) = (clock.GetUtcNow(), view.Current);
        return new[] { Changes, Alerts }.Select(outbox => new Measurement<double>(figure(now, known?.GetValueOrDefault(outbox) ?? new(0, null)), new KeyValuePair<string, object?>("outbox", outbox)));
    }

    private async Task<Dictionary<string, Waiting>> ReadAsync(CancellationToken cancel)
    {
        var found = new Dictionary<string, Waiting>();
        foreach (var (key, read) in noted)
        {
            // What is noted anew while this is read is another note, and stays.
            if (await read(cancel) is { Count: > 0 } times) found[key.Outbox] = found.GetValueOrDefault(key.Outbox, new(0, null)).And(times);
            else noted.TryRemove(new(key, read));
        }
        return found;
    }

    private sealed record Waiting(int Count, DateTimeOffset? Oldest)
    {
        public Waiting And(IReadOnlyList<DateTimeOffset> times) => new(Count + times.Count, Oldest is { } oldest && oldest < times.Min() ? oldest : times.Min());
    }
}
