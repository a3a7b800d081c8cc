using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Serverless.Core.Registry;

namespace Serverless.Services.Storage;

/// <summary>Queue <c>outbox-requests</c>: models whose outbox may hold events. A message is sent, hidden for a while, before the change it watches over.</summary>
/// <param name="queues">The account.</param>
public sealed class OutboxQueue(QueueServiceClient queues)
{
    private readonly WorkQueue queue = new(queues, StorageNames.OutboxQueue);

    /// <summary>Asks for the model's outbox to be looked at after a delay.</summary>
    public Task<SendReceipt> AskAsync(ModelName model, TimeSpan delay, CancellationToken cancel) => queue.SendAsync(model.Value, delay, cancel);

    /// <summary>Takes the question back: the outbox is empty. That it has been answered meanwhile is no matter.</summary>
    public async Task WithdrawAsync(SendReceipt receipt, CancellationToken cancel)
    {
        try
        {
            await queue.WithdrawAsync(receipt, cancel);
        }
        catch (RequestFailedException gone) when (gone.Status is 404 or 400)
        {
        }
    }
}
