using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace Serverless.Services.Storage;

/// <summary>One of the suite's queues, created at its first message.</summary>
/// <param name="queues">The account.</param>
/// <param name="name">Its name in <see cref="StorageNames"/>.</param>
public sealed class WorkQueue(QueueServiceClient queues, string name)
{
    private readonly QueueClient queue = queues.GetQueueClient(name);
    private volatile bool created;

    /// <summary>Sends a message that does not expire, to be seen after a delay.</summary>
    public async Task<SendReceipt> SendAsync(string message, TimeSpan delay, CancellationToken cancel)
    {
        if (!created)
        {
            await queue.CreateIfNotExistsAsync(cancellationToken: cancel);
            created = true;
        }
        return (await queue.SendMessageAsync(message, visibilityTimeout: delay, timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: cancel)).Value;
    }

    /// <summary>Takes a message back that nobody has taken since.</summary>
    /// <exception cref="Azure.RequestFailedException">404 or 400: somebody has.</exception>
    public Task WithdrawAsync(SendReceipt receipt, CancellationToken cancel) => queue.DeleteMessageAsync(receipt.MessageId, receipt.PopReceipt, cancel);
}
