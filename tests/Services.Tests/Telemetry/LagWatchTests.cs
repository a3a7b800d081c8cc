using Microsoft.Extensions.Time.Testing;
using Serverless.Services.Predictions;

namespace Serverless.Services.Tests.Telemetry;

public sealed class LagWatchTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void Lag_WhileRowsWaitAndNoneIsStored_Grows_AndIsTheBlocksAgainWhenStorageIsBack()
    {
        var watch = new LagWatch(clock);
        Assert.Equal(TimeSpan.FromSeconds(1), watch.Read(Log(flushed: 10, pending: 0)));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(TimeSpan.FromSeconds(1), watch.Read(Log(flushed: 10, pending: 0)));
        watch.Read(Log(flushed: 10, pending: 3));
        clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(TimeSpan.FromSeconds(40), watch.Read(Log(flushed: 10, pending: 9)));
        Assert.Equal(TimeSpan.FromSeconds(1), watch.Read(Log(flushed: 19, pending: 1)));
    }

    private static PredictionLogSnapshot Log(long flushed, long pending) =>
        new(flushed + pending, flushed, new Dictionary<DropReason, long>(), 0, pending, 0, TimeSpan.FromSeconds(1), 0, 0, 0, 0, 0, 0);
}
