using Microsoft.ML.OnnxRuntime;

namespace Serverless.Services.Inference.Sessions;

/// <summary>A session and its users: it is disposed of when it has been retired and its last user has left.</summary>
internal sealed class LoadedSession(SessionKey key, InferenceSession session, long bytes)
{
    private int users = 1;
    private long usedAt;
    private long ticksARow;
    private volatile bool shapesDiffer;

    /// <summary>What it was loaded from.</summary>
    public SessionKey Key { get; } = key;

    /// <summary>ONNX Runtime's session.</summary>
    public InferenceSession Session { get; } = session;

    /// <summary>Its share of the memory budget.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>When it was entered last.</summary>
    public long UsedAt => Volatile.Read(ref usedAt);

    /// <summary>Whether somebody besides the cache holds it.</summary>
    public bool Busy => Volatile.Read(ref users) > 1;

    /// <summary>One more user, unless it is gone.</summary>
    public bool TryEnter(long now)
    {
        var seen = Volatile.Read(ref users);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref users, seen + 1, seen);
            if (before == seen)
            {
                Volatile.Write(ref usedAt, now);
                return true;
            }
            seen = before;
        }
        return false;
    }

    /// <summary>One user less. The cache is a user too, until it retires the session.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref users) == 0) Session.Dispose();
    }

    /// <summary>Whether outputs have come in other shapes than the graph declares: then their memory can't be prepared.</summary>
    public bool ShapesDiffer { get => shapesDiffer; set => shapesDiffer = value; }

    /// <summary>What so many rows will take, from what runs took of late; null before the first.</summary>
    public long? Expected(int rows) => Volatile.Read(ref ticksARow) is > 0 and var ticks ? ticks * rows : null;

    /// <summary>Notes what a run took. Concurrent writers may lose a sample: it is an estimate.</summary>
    public void Took(long ticks, int rows)
    {
        var sample = Math.Max(1, ticks / Math.Max(1, rows));
        var seen = Volatile.Read(ref ticksARow);
        Volatile.Write(ref ticksARow, seen == 0 ? sample : seen + (sample - seen) / 8);
    }
}
