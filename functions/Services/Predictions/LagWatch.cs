namespace Serverless.Services.Predictions;

/// <summary>The log's lag as one would want to be told of it: the last block's, and while rows wait and none is stored, the time since that was first seen.</summary>
/// <param name="clock">Measures it.</param>
internal sealed class LagWatch(TimeProvider clock)
{
    private readonly Lock one = new();
    private long flushed = -1;
    private long since;

    /// <summary>The lag now.</summary>
    public TimeSpan Read(PredictionLogSnapshot now)
    {
        lock (one)
        {
            if (now.Pending == 0 || now.Flushed != flushed) (flushed, since) = (now.Flushed, clock.GetTimestamp());
            var stuck = clock.GetElapsedTime(since);
            return now.Pending > 0 && stuck > now.Lag ? stuck : now.Lag;
        }
    }
}
