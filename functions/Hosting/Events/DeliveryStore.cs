using System.Text.Json;
using Azure.Storage.Queues;
using Serverless.Hosting.Storage;

namespace Serverless.Hosting.Events;

/// <summary>Where published events wait for their functions, and where those go that nobody took.</summary>
internal sealed class DeliveryStore(HostStorage storage, TimeProvider clock)
{
    public const string DeadLetters = "eventgrid-deadletters";
    private const string Bodies = "eventgrid-bodies";

    // A queue message holds 64 KiB.
    private const int LargestInline = 48 * 1024;

    private bool queueIsThere;

    public QueueClient Queue => field ??= storage.Queues(null, QueueMessageEncoding.None).GetQueueClient($"eventgrid-{storage.HostId}");

    public async Task PutAsync(JsonElement item, string function, CancellationToken cancel)
    {
        var delivery = new Delivery(function, clock.GetUtcNow(), item, null);
        var message = JsonSerializer.SerializeToUtf8Bytes(delivery, HostStateJson.Default.Delivery);
        if (message.Length > LargestInline)
        {
            var name = Guid.CreateVersion7(clock.GetUtcNow()).ToString();
            var container = await storage.ContainerAsync(Bodies, cancel);
            await container.UploadBlobAsync(name, BinaryData.FromString(item.GetRawText()), cancel);
            message = JsonSerializer.SerializeToUtf8Bytes(delivery with { Event = null, Blob = name }, HostStateJson.Default.Delivery);
        }
        // Its listener makes the queue too, but a publisher may be faster.
        if (!queueIsThere) await Queue.CreateIfNotExistsAsync(cancellationToken: cancel);
        queueIsThere = true;
        await Queue.SendMessageAsync(BinaryData.FromBytes(message), timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: cancel);
    }

    public async Task<JsonElement> EventAsync(Delivery delivery, CancellationToken cancel)
    {
        if (delivery.Event is { } item) return item;
        var container = await storage.ContainerAsync(Bodies, cancel);
        var body = (await container.GetBlobClient(delivery.Blob).DownloadContentAsync(cancel)).Value.Content;
        return JsonElement.Parse(body.ToMemory().Span);
    }

    /// <summary>Removes a large event's body once its message has no further use.</summary>
    public async Task ForgetAsync(Delivery delivery, CancellationToken cancel)
    {
        if (delivery.Blob is null) return;
        var container = await storage.ContainerAsync(Bodies, cancel);
        await container.GetBlobClient(delivery.Blob).DeleteIfExistsAsync(cancellationToken: cancel);
    }

    public async Task BuryAsync(Delivery delivery, string reason, long attempts, string outcome, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var letter = new DeadLetter(delivery.Function, reason, attempts, outcome, delivery.Published, now, await EventAsync(delivery, cancel));
        var container = await storage.ContainerAsync(DeadLetters, cancel);
        var blob = container.GetBlobClient($"{storage.HostId}/{delivery.Function}/{now:yyyy/MM/dd/HH}/{Guid.CreateVersion7(now)}.json");
        await JsonBlob.WriteAsync(blob, letter, HostStateJson.Default.DeadLetter, cancel);
    }
}
