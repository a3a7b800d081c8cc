using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Serverless.Core.Registry;

namespace Serverless.Services.Storage;

/// <summary>Queue <c>outbox-requests</c>: models whose outbox may hold events. A message is sent, hidden for a while, before the change it watches over.</summary>
/// <param name="queues">The account.</param>
public sealed class OutboxQueue(QueueServiceClient queues)
{
    private readonly QueueClient queue = queues.GetQueueClient(StorageNames.OutboxQueue);
    private volatile bool created;

    /// <summary>Asks for the model's outbox to be looked at after a delay.</summary>
    public async Task<SendReceipt> AskAsync(ModelName model, TimeSpan delay, CancellationToken cancel)
    {
        if (!created)
        {
            await queue.CreateIfNotExistsAsync(cancellationToken: cancel);
            created = true;
        }

        return (await queue.SendMessageAsync(model.Value, visibilityTimeout: delay, timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: cancel)).Value;
    }

    /// <summary>Takes the question back: the outbox is empty. That it has been answered meanwhile is no matter.</summary>
    public async Task WithdrawAsync(SendReceipt receipt, CancellationToken cancel)
    {
        try
        {
            await queue.DeleteMessageAsync(receipt.MessageId, receipt.PopReceipt, cancel);
        }
        catch (RequestFailedException gone) when (gone.Status is 404 or 400)
        {
        }
    }
}
