namespace Serverless.Services.Inference.Shadows;

/// <summary>How many callers wait for their answer in this instance: while they do, shadows give way.</summary>
internal sealed class RequestsInFlight
{
    private int count;

    /// <summary>So many.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>One more waits.</summary>
    public void Enter() => Interlocked.Increment(ref count);

    /// <summary>One has been answered.</summary>
    public void Leave() => Interlocked.Decrement(ref count);
}
