using Serverless.Core.Registry;
using Serverless.Services.Tests.Monitoring.Alerts;
using Serverless.Testing;

namespace Serverless.Services.Tests.Rollout;

/// <summary>A test of rollouts over a real storage: a model with some versions, evidence that the test states, and a receiver of events.</summary>
public abstract class RolloutCase(AzuriteFixture azurite, int versions) : IAsyncLifetime
{
    private protected AzuriteFixture Azurite => azurite;

    private protected MovedClock Clock { get; } = new();

    private protected StatedEvidence Evidence { get; } = new();

    private protected Receiver Receiver { get; private set; } = null!;

    private protected RolloutRig Rig { get; private set; } = null!;

    private protected ModelName Model { get; private set; }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Receiver = await Receiver.StartAsync();
        Rig = new(azurite.ConnectionString, Clock, Evidence, Receiver.Address + "/events");
        Model = await Versions.RegisterAsync(Rig, versions);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Rig.DisposeAsync();
        await Receiver.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
