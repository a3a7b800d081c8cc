using System.Text.Json;

namespace Serverless.Infra.Tests.Templates;

/// <summary>What each kind of environment would be made of; compiled once for all tests.</summary>
public sealed class Snapshots : IAsyncLifetime
{
    private static readonly (string, string)[] Private = [("SUITE_PRIVATE_NETWORKING", "true"), ("SUITE_PRIVATE_INGRESS", "true"), ("SUITE_ALERT_EMAIL", "operators@mlops.example")];

    /// <summary>Development, on public addresses.</summary>
    internal Snapshot Dev { get; private set; } = null!;

    /// <summary>Production, on public addresses.</summary>
    internal Snapshot Prod { get; private set; } = null!;

    /// <summary>Production, reached by private endpoints only.</summary>
    internal Snapshot Closed { get; private set; } = null!;

    /// <summary>The subscriptions of a public app.</summary>
    internal Snapshot ToFunctions { get; private set; } = null!;

    /// <summary>The subscriptions where Event Grid cannot reach the app.</summary>
    internal Snapshot ToQueues { get; private set; } = null!;

    /// <summary>All of them.</summary>
    internal Snapshot[] All => [Dev, Prod, Closed, ToFunctions, ToQueues];

    /// <summary>main.bicep as an ARM template.</summary>
    internal JsonElement Main { get; private set; }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Main = await Bicep.BuildAsync("main.bicep");
        Dev = await Snapshot.OfAsync("environments/dev.bicepparam", "");
        Prod = await Snapshot.OfAsync("environments/prod.bicepparam", "");
        Closed = await Snapshot.OfAsync("environments/prod.bicepparam", "", Private);
        ToFunctions = await Snapshot.OfAsync("subscriptions.bicepparam", Subscriptions(byQueue: false));
        ToQueues = await Snapshot.OfAsync("subscriptions.bicepparam", Subscriptions(byQueue: true));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;

    private static string Subscriptions(bool byQueue) => $"""
        using 'subscriptions.bicep'
        param topicName = 'evgt-test'
        param appName = 'func-test'
        param storageName = 'sttest'
        param eventsByQueue = {(byQueue ? "true" : "false")}
        """;
}
