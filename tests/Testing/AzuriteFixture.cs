using Serverless.Hosting.Azurite;
using Xunit;

namespace Serverless.Testing;

/// <summary>A real Azurite of the test run's own, on free ports, in memory. <c>[assembly: AssemblyFixture(typeof(AzuriteFixture))]</c></summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private AzuriteServer? server;

    /// <summary>How storage clients reach it.</summary>
    public string ConnectionString => Server.ConnectionString;

    /// <summary>The Node.js process.</summary>
    public int ProcessId => Server.ProcessId;

    private AzuriteServer Server => server ?? throw new InvalidOperationException("Azurite has not been started.");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() =>
        server = await AzuriteServer.StartAsync(new AzuriteOptions(), TimeProvider.System, CancellationToken.None);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? default;
}
