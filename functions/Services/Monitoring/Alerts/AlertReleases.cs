using System.Diagnostics;
using System.Text.Json;
using Azure.Storage.Queues;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>An alert whose silence has ended; without a model, all that silences keep back.</summary>
/// <param name="Model">The model, or null.</param>
/// <param name="Alert">The alert, or null.</param>
public sealed record ReleaseMessage(string? Model, Guid? Alert)
{
    /// <summary>W3C trace context, or null.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>The questions whether what a silence keeps back is to be told now.</summary>
/// <param name="queues">The account.</param>
public sealed class AlertReleases(QueueServiceClient queues)
{
    // A message stays hidden for a week at most.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(6);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly WorkQueue queue = new(queues, StorageNames.AlertReleaseQueue);

    /// <summary>Asks about one alert after a time; of a longer time than a message can wait, when that has passed.</summary>
    public Task RequestAsync(ModelName model, Guid alert, TimeSpan delay, CancellationToken cancel) => SendAsync(new(model.Value, alert) { TraceParent = Activity.Current?.Id }, delay, cancel);

    /// <summary>Asks about all alerts soon: a silence is about to change.</summary>
    public Task RequestAllAsync(CancellationToken cancel) => SendAsync(new(null, null) { TraceParent = Activity.Current?.Id }, Shortest, cancel);

    /// <summary>Asks a question again.</summary>
    public Task RequestAsync(ReleaseMessage message, TimeSpan delay, CancellationToken cancel) => SendAsync(message, delay, cancel);

    private Task<Azure.Storage.Queues.Models.SendReceipt> SendAsync(ReleaseMessage message, TimeSpan delay, CancellationToken cancel) => queue.SendAsync(
        JsonSerializer.Serialize(message, AlertStoredJson.Default.ReleaseMessage), delay > Longest ? Longest : delay < Shortest ? Shortest : delay, cancel);
}
