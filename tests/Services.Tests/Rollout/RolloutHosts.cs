using Serverless.Services.Tests.Faults;

namespace Serverless.Services.Tests.Rollout;

/// <summary>One host: it can be killed at any call to storage, and its clock need not be right.</summary>
internal sealed record RolloutHost(RolloutRig Rig, Kill Kill) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Rig.DisposeAsync();
}

/// <summary>Hosts on one storage. A host that was killed is thrown away with all that it knew, and a new one takes its place.</summary>
internal sealed class RolloutHosts(string storage, MovedClock clock, StatedEvidence evidence, string topic) : IAsyncDisposable
{
    private static readonly int[] SkewSeconds = [0, 40, -40, 5];
    private readonly RolloutHost?[] hosts = new RolloutHost?[SkewSeconds.Length];

    public static int Most => SkewSeconds.Length;

    public int Deaths { get; private set; }

    public RolloutHost this[int at] => hosts[at] ??= Start(at);

    public async Task BuryAsync(int at)
    {
        if (hosts[at] is not { Kill.Dead: true } dead) return;
        hosts[at] = null;
        Deaths++;
        await dead.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
            if (host is not null) await host.DisposeAsync();
    }

    private RolloutHost Start(int at)
    {
        var kill = new Kill(0, false);
        return new(new(storage, new SkewedClock(clock, TimeSpan.FromSeconds(SkewSeconds[at])), evidence, topic, kill), kill);
    }

    private sealed class SkewedClock(TimeProvider right, TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => right.GetUtcNow() + by;
    }
}
