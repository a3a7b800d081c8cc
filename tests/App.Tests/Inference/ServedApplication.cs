using Serverless.Testing;

namespace Serverless.App.Tests.Inference;

/// <summary>One application for a class of tests: each of them registers models of its own.</summary>
public sealed class ServedApplication(AzuriteFixture azurite) : IAsyncLifetime
{
    public AppProcess App { get; private set; } = null!;

    public async ValueTask InitializeAsync() => App = await AppProcess.StartAsync(azurite.ConnectionString, null, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
