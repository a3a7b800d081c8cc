using System.Collections.Concurrent;

namespace Serverless.Services.Inference.Running;

/// <summary>The calls that wait for their next request.</summary>
internal sealed class CallPool
{
    private const int Kept = 64;

    private readonly ConcurrentQueue<InferenceCall> idle = new();
    private InferenceCall? first;

    /// <summary>A call, started.</summary>
    public InferenceCall Rent(Routed routed, long startedAt)
    {
        var call = Interlocked.Exchange(ref first, null);
        if (call is null && !idle.TryDequeue(out call)) call = new();
        call.Start(routed, startedAt);
        return call;
    }

    /// <summary>Takes a call back when its last holder has let go; its session is left.</summary>
    public void Return(InferenceCall call)
    {
        if (!call.LetGo()) return;
        call.Release();
        if (Interlocked.CompareExchange(ref first, call, null) is null) return;
        if (idle.Count < Kept) idle.Enqueue(call);
        else call.Dispose();
    }
}
