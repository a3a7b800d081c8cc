using Azure.Storage.Queues.Models;

namespace Serverless.Hosting.Queues;

/// <summary>What is done with a queue's messages.</summary>
/// <param name="Handle">Handles one; the message is deleted when it returns.</param>
/// <param name="Failed">Decides after a failure: the time until the next attempt, or null when the message has been put away for good.</param>
internal sealed record QueueWork(
    Func<QueueMessage, CancellationToken, Task> Handle,
    Func<QueueMessage, Exception, CancellationToken, Task<TimeSpan?>> Failed);
