namespace Serverless.Services.Tests.Rollout;

/// <summary>A clock that is put forward by hand and goes on by itself: what waits for an answer waits really, what waits for tomorrow does not.</summary>
internal sealed class MovedClock : TimeProvider
{
    private long ahead;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref ahead));

    public void Advance(TimeSpan time) => Interlocked.Add(ref ahead, time.Ticks);
}
