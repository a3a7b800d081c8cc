using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Serverless.Hosting.Keys;
using Serverless.Hosting.Queues;

namespace Serverless.Hosting.Events;

/// <summary>A topic as <c>EventGridPublisherClient</c> talks to one. It answers 200 when every event is durable for every function.</summary>
/// <remarks><c>ownKey</c> is the one that this process's own publisher was given.</remarks>
internal sealed class LocalTopic(string ownKey, KeyStore keys, DeliveryStore store, IReadOnlyCollection<string> functions, QueueListener? deliveries)
{
    public const string Path = "/runtime/eventgrid/topics/local/api/events";
    private const string KeyHeader = "aeg-sas-key";

    public async Task PublishAsync(HttpContext http)
    {
        var cancel = http.RequestAborted;
        http.Response.StatusCode = await IsAllowedAsync(http.Request, cancel) ? await AcceptAsync(http.Request, cancel) : StatusCodes.Status401Unauthorized;
    }

    private async ValueTask<bool> IsAllowedAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.Headers[KeyHeader].ToString() is not { Length: > 0 } given) return false;
        if (KeyCheck.Same(given, ownKey)) return true;
        var kept = (await keys.HostAsync(cancel)).SystemKeys.FirstOrDefault(key => key.Name == KeyStore.TopicKey);
        return kept is not null && KeyCheck.Same(given, kept.Value);
    }

    private async Task<int> AcceptAsync(HttpRequest request, CancellationToken cancel)
    {
        List<JsonElement> events;
        try
        {
            events = await EventBody.ReadAsync(request, cancel);
        }
        catch (BadHttpRequestException problem)
        {
            return problem.StatusCode;
        }
        catch (JsonException)
        {
            return StatusCodes.Status400BadRequest;
        }
        if (!events.TrueForAll(EventBody.IsEvent)) return StatusCodes.Status400BadRequest;
        await Task.WhenAll(events.SelectMany(item => functions.Select(function => store.PutAsync(item, function, cancel))));
        deliveries?.Wake();
        return StatusCodes.Status200OK;
    }
}
