using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Services.Storage;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Events;

/// <summary>What is told, what still waits to be told, and what was given up on its way.</summary>
public sealed class EventMeters : IMeters
{
    /// <summary>The meter's name.</summary>
    public const string Name = MetricsRegistration.Prefix + "Events";

    private readonly Counter<long> published;

    /// <summary>Makes the instruments.</summary>
    public EventMeters(IMeterFactory meters, PoisonQueues poison, IOptions<TelemetryOptions> options, TimeProvider clock, ILogger<EventMeters> logger)
    {
        Meter = meters.Create(Name);
        published = Meter.CreateCounter<long>("mlops.events.published", description: "Events that were sent to the topic, by outcome; one that failed is sent again.");
        var counts = new BackgroundView<IReadOnlyDictionary<string, long>>(poison.CountAsync, options, clock, logger);
        Meter.CreateObservableGauge("mlops.poison.messages", () => from queue in counts.Current ?? new Dictionary<string, long>() select new Measurement<long>(queue.Value, new KeyValuePair<string, object?>("queue", queue.Key)),
            description: "Messages that failed again and again, by the queue that they came from; as it was read from storage last.");
    }

    /// <summary>For what waits to be told.</summary>
    internal Meter Meter { get; }

    /// <summary>Events were sent, or not.</summary>
    internal void Published(int count, bool right) => published.Add(count, new KeyValuePair<string, object?>("outcome", right ? "ok" : "failed"));
}
