using Azure.Storage.Queues;
using Azure.Storage.Queues.Specialized;

namespace Serverless.Hosting.Queues;

/// <summary>Where messages go that no function could handle.</summary>
internal static class PoisonQueue
{
    private const string Suffix = "-poison";

    public static QueueClient For(QueueServiceClient service, string queue) => service.GetQueueClient(queue + Suffix);

    public static async Task PutAsync(QueueClient poison, BinaryData body, CancellationToken cancel)
    {
        await poison.CreateIfNotExistsAsync(cancellationToken: cancel);
        await poison.SendMessageAsync(body, cancellationToken: cancel);
    }

    /// <summary>A message that is not in host.json's <c>messageEncoding</c> never reaches a function; without this it would block its batch for ever.</summary>
    public static async Task TakeUndecodableAsync(QueueMessageDecodingFailedEventArgs failed)
    {
        if (failed.ReceivedMessage is not { } message) return;
        await PutAsync(For(failed.Queue.GetParentQueueServiceClient(), failed.Queue.Name), message.Body, failed.CancellationToken);
        await failed.Queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, failed.CancellationToken);
    }
}
