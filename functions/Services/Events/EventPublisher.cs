using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Messaging.EventGrid;
using Microsoft.Extensions.Configuration;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Events;

/// <summary>
/// Publishes CloudEvents to the topic that <c>EventGrid:TopicEndpoint</c> names, with <c>EventGrid:TopicKey</c> where there is one and
/// managed identity otherwise. Both are read at the first event: the embedded host knows its own topic's address only once it listens.
/// </summary>
/// <param name="configuration">The two settings.</param>
/// <param name="meters">Count what was sent.</param>
public sealed class EventPublisher(IConfiguration configuration, EventMeters meters)
{
    private readonly Lazy<EventGridPublisherClient> client = new(() => Connect(configuration), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Sends events; returns when the topic has taken them all.</summary>
    public async Task PublishAsync(IReadOnlyCollection<OutboxEvent> events, CancellationToken cancel)
    {
        using var span = EventTracing.Publish(events);
        var sent = false;
        try
        {
            using var answer = await client.Value.SendEventsAsync(events.Select(waiting => EventEnvelope.Of(waiting, configuration["Alerts:PublicUrl"])), cancel);
            sent = true;
        }
        catch (Exception failure)
        {
            span.Failed(failure);
            throw;
        }
        finally
        {
            meters.Published(events.Count, sent);
        }
    }

    /// <summary>Whether the topic answers at all: nothing is sent, and no key is shown, so that the answer itself is a refusal.</summary>
    /// <exception cref="HttpRequestException">It does not.</exception>
    public async Task ReachAsync(CancellationToken cancel)
    {
        using var answer = await Reaching.GetAsync(Endpoint(configuration), HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    private static readonly HttpClient Reaching = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) });

    private static Uri Endpoint(IConfiguration configuration) => new(configuration["EventGrid:TopicEndpoint"] ?? throw new InvalidOperationException("EventGrid:TopicEndpoint is not set."));

    private static EventGridPublisherClient Connect(IConfiguration configuration)
    {
        var endpoint = Endpoint(configuration);
        if (configuration["EventGrid:TopicKey"] is { Length: > 0 } key) return new(endpoint, new AzureKeyCredential(key), Options());
        TokenCredential identity = configuration["EventGrid:ClientId"] is { Length: > 0 } id
            ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(id))
            : new DefaultAzureCredential();
        return new(endpoint, identity, Options());
    }

    // One try: a caller waits for it, and the outbox is the better retry.
    private static EventGridPublisherClientOptions Options() => new() { Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromSeconds(5) } };
}
