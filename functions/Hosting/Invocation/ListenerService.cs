using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Serverless.Hosting.Invocation;

/// <summary>Starts the listeners once the host serves, and drains them when it stops.</summary>
internal sealed class ListenerService(ListenerSet listeners, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<ListenerService> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource drain = new();
    private Task running = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => running = Task.WhenAll(listeners.Listeners.Select(GuardAsync)));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stop.CancelAsync();
        await using var limit = cancellationToken.UnsafeRegister(state => ((CancellationTokenSource)state!).Cancel(), drain);
        await running;
    }

    public void Dispose()
    {
        stop.Dispose();
        drain.Dispose();
    }

    private async Task GuardAsync(IListener listener)
    {
        await Task.Yield();
        while (!await EndedAsync(listener) && !stop.IsCancellationRequested)
            await Task.Delay(Pause, clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<bool> EndedAsync(IListener listener)
    {
        try
        {
            await listener.RunAsync(new Halt(stop.Token, drain.Token));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // One listener's end must not end the others.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            logger.ListenerFailed(listener.GetType().Name, problem);
            return false;
        }
        return true;
    }
}

/// <summary>All listeners of the application; filled while the host is built.</summary>
internal sealed class ListenerSet
{
    public List<IListener> Listeners { get; } = [];
}
