using Serverless.Testing;
using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Serverless.Hosting.Tests;

/// <summary>What test functions saw, in order; tests wait for it.</summary>
public sealed class Recorder
{
    private readonly Channel<object?> seen = Channel.CreateUnbounded<object?>();

    /// <summary>Set by tests, read by test functions.</summary>
    public ConcurrentDictionary<string, object> Switches { get; } = [];

    public int Count => seen.Reader.Count;

    public void Add(object? value) => seen.Writer.TryWrite(value);

    /// <summary>All that is there.</summary>
    public List<T> Drain<T>()
    {
        List<T> all = [];
        while (seen.Reader.TryRead(out var one)) all.Add((T)one!);
        return all;
    }

    public async Task<T> NextAsync<T>()
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        return (T)(await seen.Reader.ReadAsync(limit.Token))!;
    }

    /// <summary>The next, while a fake clock is moved on so that what waits for it goes on.</summary>
    public async Task<T> NextAsync<T>(Microsoft.Extensions.Time.Testing.FakeTimeProvider clock, TimeSpan step)
    {
        var next = NextAsync<T>();
        while (!next.IsCompleted)
        {
            clock.Advance(step);
            await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None));
        }
        return await next;
    }
}
