using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;
using Serverless.Hosting.Invocation;
using Serverless.Hosting.Settings;
using Serverless.Hosting.Storage;

namespace Serverless.Hosting.Queues;

/// <summary>Receives messages in batches and handles them side by side; polls seldom when there are none, at once when there were some.</summary>
internal sealed class QueueListener(QueueClient queue, QueueWork work, QueueSettings settings, TimeSpan lease, TimeProvider clock, ILogger logger) : IListener
{
    private static readonly TimeSpan MinPoll = TimeSpan.FromMilliseconds(100);
    private readonly RunningTasks running = new();
    private volatile TaskCompletionSource woken = NewSignal();

    /// <summary>A message was sent from this process: look now.</summary>
    public void Wake() => woken.TrySetResult();

    public async Task RunAsync(Halt halt)
    {
        try
        {
            await LoopAsync(halt);
        }
        finally
        {
            await running.UntilAsync(0, CancellationToken.None);
        }
    }

    private async Task LoopAsync(Halt halt)
    {
        var wait = TimeSpan.Zero;
        var exists = false;
        while (!halt.Stop.IsCancellationRequested)
        {
            try
            {
                await running.UntilAsync(settings.NewBatchThreshold, halt.Stop);
                woken = NewSignal();
                if (!exists) await queue.CreateIfNotExistsAsync(cancellationToken: halt.Stop);
                exists = true;
                var received = await queue.ReceiveMessagesAsync(settings.BatchSize, lease, halt.Stop);
                foreach (var message in received.Value) running.Start(() => HandleAsync(message, halt.Drain));
                wait = received.Value.Length > 0 ? TimeSpan.Zero : Longer(wait);
            }
            catch (Exception problem) when (StorageFault.Is(problem, halt.Stop))
            {
                (exists, wait) = (false, settings.MaxPollingInterval);
                logger.QueueUnreachable(queue.Name, problem.Message);
            }
            if (wait > TimeSpan.Zero) await IdleAsync(wait, halt.Stop);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TimeSpan Longer(TimeSpan wait)
    {
        var longer = wait < MinPoll ? MinPoll : wait * 1.5;
        return longer < settings.MaxPollingInterval ? longer : settings.MaxPollingInterval;
    }

    private async Task IdleAsync(TimeSpan wait, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(woken.Task, Task.Delay(wait, clock, either.Token));
        await either.CancelAsync();
    }

    private async Task HandleAsync(QueueMessage message, CancellationToken drain)
    {
        var held = new MessageLease(queue, message, lease, clock);
        try
        {
            Exception? failure = null;
            await using (held.Renew())
            {
                failure = await TryAsync(message, drain);
            }
            var again = failure is null ? null : await work.Failed(message, failure, CancellationToken.None);
            if (again is { } delay) await held.ReturnAsync(delay);
            else await held.DeleteAsync();
        }
        catch (Exception problem) when (StorageFault.Is(problem, CancellationToken.None))
        {
            // It becomes visible again when its lease ends: at least once.
            logger.MessageNotSettled(queue.Name, message.MessageId, problem.Message);
        }
    }

    private async Task<Exception?> TryAsync(QueueMessage message, CancellationToken drain)
    {
        try
        {
            await work.Handle(message, drain);
            return null;
        }
#pragma warning disable CA1031 // Whatever a function throws makes the message come again.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            return problem;
        }
    }
}
