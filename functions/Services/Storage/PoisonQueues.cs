using Azure;
using Azure.Storage.Queues;

namespace Serverless.Services.Storage;

/// <summary>Where the host puts messages that failed again and again: queues named after those that they came from.</summary>
/// <param name="queues">The account.</param>
public sealed class PoisonQueues(QueueServiceClient queues)
{
    private const string Suffix = "-poison";

    /// <summary>How many messages each holds, by the name of the queue that they came from.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancel)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await foreach (var queue in queues.GetQueuesAsync(cancellationToken: cancel))
            if (queue.Name.EndsWith(Suffix, StringComparison.Ordinal) && await CountAsync(queue.Name, cancel) is { } count) counts[queue.Name[..^Suffix.Length]] = count;
        return counts;
    }

    // One that is deleted meanwhile is none.
    private async Task<long?> CountAsync(string queue, CancellationToken cancel)
    {
        try
        {
            return (await queues.GetQueueClient(queue).GetPropertiesAsync(cancel)).Value.ApproximateMessagesCountLong;
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            return null;
        }
    }
}
