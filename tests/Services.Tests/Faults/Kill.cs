using Azure.Core;
using Azure.Core.Pipeline;

namespace Serverless.Services.Tests.Faults;

/// <summary>The process is dead: nothing that it does from now on reaches anybody.</summary>
internal sealed class KilledException : Exception;

/// <summary>
/// Counts an instance's calls to storage and kills it at one of them, before storage has it or after. Also makes messages visible at once, so that tests
/// need not wait, and keeps the delays that were asked for.
/// </summary>
/// <param name="at">At which call, from 1; 0 for none.</param>
/// <param name="afterwards">Whether storage has the call by then.</param>
internal sealed class Kill(int at, bool afterwards) : HttpPipelinePolicy
{
    private int calls, at = at;
    private bool afterwards = afterwards;
    private volatile bool dead;

    public int Calls => calls;

    public bool Dead => dead;

    public List<TimeSpan> Delays { get; } = [];

    /// <summary>Instead of storage, as long as it is set.</summary>
    public Func<Request, Exception?>? Fault { get; set; }

    /// <summary>It is to die at that call from now on, counted from 1; 0: not at all.</summary>
    public void In(int next, bool after)
    {
        (afterwards, at) = (after, 0);
        if (next > 0) at = Volatile.Read(ref calls) + next;
    }

    /// <summary>What happens elsewhere before a call, as long as it is set.</summary>
    public Func<Request, Task>? Before { get; set; }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        if (dead) throw new KilledException();
        if (Before is { } before) await before(message.Request);
        if (Fault?.Invoke(message.Request) is { } fault) throw fault;
        ShowAtOnce(message.Request);
        var killed = Interlocked.Increment(ref calls) == at;
        if (killed && !afterwards) Die();
        await ProcessNextAsync(message, pipeline);
        if (killed) Die();
    }

    private void Die()
    {
        dead = true;
        throw new KilledException();
    }

    private void ShowAtOnce(Request request)
    {
        var query = request.Uri.Query;
        if (request.Method != RequestMethod.Post || !request.Uri.Path.EndsWith("/messages", StringComparison.Ordinal)) return;
        var start = query.IndexOf("visibilitytimeout=", StringComparison.Ordinal);
        if (start < 0) return;
        start += "visibilitytimeout=".Length;
        var end = query.IndexOf('&', start);
        end = end < 0 ? query.Length : end;
        lock (Delays) Delays.Add(TimeSpan.FromSeconds(int.Parse(query.AsSpan(start, end - start))));
        request.Uri.Query = query[..start] + "0" + query[end..];
    }
}
