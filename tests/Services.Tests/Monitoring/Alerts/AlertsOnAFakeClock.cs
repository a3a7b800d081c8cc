using Microsoft.Extensions.Time.Testing;
using Serverless.Testing;

namespace Serverless.Services.Tests.Monitoring.Alerts;

/// <summary>Alerts on an Azurite of the class's own and a clock that the test winds, with a receiver of what is told.</summary>
public abstract class AlertsOnAFakeClock(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private protected string Storage => azurite.ConnectionString;

    private protected FakeTimeProvider Clock { get; } = new(AlertRig.Start);

    private protected Receiver Receiver { get; private set; } = null!;

    private protected AlertRig Rig { get; private set; } = null!;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Receiver = await Receiver.StartAsync();
        Rig = new(azurite.ConnectionString, Receiver, Clock);
    }

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        await Rig.DisposeAsync();
        await Receiver.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>What a test leaves behind that the next must not meet.</summary>
    private protected virtual ValueTask LeaveAsync() => default;
}
