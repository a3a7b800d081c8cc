using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Serverless.Hosting.Storage;

namespace Serverless.Hosting.Queues;

/// <summary>Keeps a received message hidden from others while it is worked on.</summary>
internal sealed class MessageLease(QueueClient queue, QueueMessage message, TimeSpan lease, TimeProvider clock)
{
    private string receipt = message.PopReceipt;

    /// <summary>Renews at half time until disposed.</summary>
    public IAsyncDisposable Renew() => new Renewal(this);

    public Task DeleteAsync() => queue.DeleteMessageAsync(message.MessageId, receipt);

    public Task ReturnAsync(TimeSpan delay) => queue.UpdateMessageAsync(message.MessageId, receipt, visibilityTimeout: delay);

    private async Task LoopAsync(CancellationToken done)
    {
        while (true)
        {
            await Task.Delay(lease / 2, clock, done);
            try
            {
                // Not cancelled half-way: the new receipt would be lost with the answer.
                receipt = (await queue.UpdateMessageAsync(message.MessageId, receipt, visibilityTimeout: lease, cancellationToken: CancellationToken.None)).Value.PopReceipt;
            }
            catch (RequestFailedException problem) when (problem.Status is 400 or 404)
            {
                return;
            }
            catch (Exception problem) when (StorageFault.Is(problem, CancellationToken.None))
            {
                // Tried again at the next half time; if that is too late another host takes the message.
            }
        }
    }

    private sealed class Renewal : IAsyncDisposable
    {
        private readonly CancellationTokenSource done = new();
        private readonly Task loop;

        public Renewal(MessageLease owner) => loop = owner.LoopAsync(done.Token);

        public async ValueTask DisposeAsync()
        {
            await done.CancelAsync();
            await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            done.Dispose();
        }
    }
}
