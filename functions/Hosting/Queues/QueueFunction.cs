using System.Text.Json;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;
using Serverless.Hosting.Invocation;
using Serverless.Hosting.Settings;

namespace Serverless.Hosting.Queues;

/// <summary>A function of a queue: tried <c>maxDequeueCount</c> times, then the message goes to <c>{queue}-poison</c>.</summary>
internal sealed class QueueFunction(BackgroundFunction function, QueueClient poison, QueueSettings settings, ILogger logger)
{
    private readonly Func<QueueMessage, object?> bind = QueueBinding.For(function.Function.TriggerParameter.ParameterType);

    public QueueWork Work => new(HandleAsync, FailedAsync);

    private Task HandleAsync(QueueMessage message, CancellationToken cancel) =>
        function.RunAsync(Bind(message), QueueBinding.Data(message), null, function.NewId(), cancel);

    private object? Bind(QueueMessage message)
    {
        try
        {
            return bind(message);
        }
        catch (JsonException problem)
        {
            logger.Failed(function.Function.Name, problem);
            throw;
        }
    }

    private async Task<TimeSpan?> FailedAsync(QueueMessage message, Exception problem, CancellationToken cancel)
    {
        if (message.DequeueCount < settings.MaxDequeueCount) return settings.VisibilityTimeout;
        await PoisonQueue.PutAsync(poison, message.Body, cancel);
        logger.Poisoned(message.MessageId, poison.Name, message.DequeueCount);
        return null;
    }
}
