using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Serverless.Services.Predictions;

/// <summary>Runs sequences side by side, a few items ahead of their consumer, and hands their items out in the sequences' order.</summary>
internal static class Ahead
{
    private const int Items = 2;

    public static IAsyncEnumerable<T> InOrderAsync<T>(IEnumerable<Func<CancellationToken, IAsyncEnumerable<T>>> sequences, int width, CancellationToken cancel) =>
        InOrderAsync(sequences.ToAsyncEnumerable(), width, cancel);

    public static async IAsyncEnumerable<T> InOrderAsync<T>(
        IAsyncEnumerable<Func<CancellationToken, IAsyncEnumerable<T>>> sequences, int width, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = new Queue<(Channel<T> Items, Task Work)>();
        await using var next = sequences.GetAsyncEnumerator(cancel);
        try
        {
            while (true)
            {
                while (running.Count < width && await next.MoveNextAsync()) running.Enqueue(Start(next.Current, stop.Token));
                if (!running.TryPeek(out var first)) yield break;
                await foreach (var item in first.Items.Reader.ReadAllAsync(cancel)) yield return item;
                running.Dequeue();
            }
        }
        finally
        {
            // A consumer that leaves early: what was read ahead is given back.
            await stop.CancelAsync();
            foreach (var (items, work) in running)
            {
                await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                while (items.Reader.TryRead(out var item)) (item as IDisposable)?.Dispose();
            }
        }
    }

    private static (Channel<T>, Task) Start<T>(Func<CancellationToken, IAsyncEnumerable<T>> sequence, CancellationToken cancel)
    {
        var channel = Channel.CreateBounded<T>(Items);
        return (channel, Task.Run(async () =>
        {
            Exception? failure = null;
            try
            {
                await foreach (var item in sequence(cancel)) await channel.Writer.WriteAsync(item, cancel);
            }
            catch (Exception thrown)
            {
                failure = thrown;
            }
            channel.Writer.Complete(failure);
        }, CancellationToken.None));
    }
}
