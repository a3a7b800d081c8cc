using System.Diagnostics;
using System.Text.Json;
using Azure.Messaging;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Events;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Models;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Storage;

namespace Serverless.Services.Rollout.Driving;

/// <summary>What has a model's rollouts looked at: events that concern them, and a timer for what no event tells. Each only asks; the looking is queue work.</summary>
/// <param name="catalog">Every model.</param>
/// <param name="models">The model partitions.</param>
/// <param name="policies">Whether a new version starts a rollout by itself.</param>
/// <param name="commands">Starts it.</param>
/// <param name="heard">What monitoring tells.</param>
/// <param name="driver">Looks.</param>
/// <param name="queues">The account.</param>
/// <param name="logger">Says what starts no rollout.</param>
public sealed class RolloutRequests(
    ModelCatalog catalog, ModelStore models, PolicyVersions policies, RolloutCommands commands, HeardAlerts heard, RolloutDriver driver, QueueServiceClient queues, ILogger<RolloutRequests> logger)
{
    private readonly WorkQueue queue = new(queues, StorageNames.RolloutQueue);

    /// <summary>Asks for every model that has a rollout under way.</summary>
    public async Task WakeAsync(CancellationToken cancel)
    {
        await foreach (var model in catalog.AllAsync(cancel))
            if (model.Rollouts is { Count: > 0 }) await AskAsync(model.Name, "timer", null, cancel);
    }

    /// <summary>Asks for the model of an event; any event that concerns no rollout asks nothing.</summary>
    public async Task HandleAsync(CloudEvent told, CancellationToken cancel)
    {
        if (told.Subject?.Split('/') is not ["models", var name, ..] || !Concerns(told.Type)) return;
        using var span = RolloutTracing.Source.Process(told);
        await AskAsync(ModelName.Parse(name), told.Id, told, cancel);
    }

    /// <summary>Does what a message asks for.</summary>
    public async Task RunAsync(string message, CancellationToken cancel)
    {
        var ask = JsonSerializer.Deserialize(message, RolloutMessageJson.Default.RolloutMessage)!;
        using var work = RolloutTracing.Source.Process(StorageNames.RolloutQueue, ask.TraceParent);
        var (model, caller) = (ModelName.Parse(ask.Model), new Caller("rollout", ask.Cause, work?.Id ?? ask.TraceParent));
        if (ask.Version is { } version) await StartAsync(model, version, ask.Cause, caller, cancel);
        if (ask.Alert is { } alert) await heard.HearAsync(model, alert, cancel);
        await driver.AdvanceAsync(model, caller, cancel);
    }

    /// <summary>Whether events of a type concern rollouts.</summary>
    public static bool Concerns(string type) =>
        type.StartsWith(EventTypes.Monitoring, StringComparison.Ordinal) || type.StartsWith(EventTypes.Rollout, StringComparison.Ordinal)
        || type is EventTypes.Registry + Actions.AliasMoved or EventTypes.Registry + Actions.AliasDeleted or EventTypes.Registry + Actions.VersionRegistered;

    private async Task StartAsync(ModelName model, int version, string cause, Caller caller, CancellationToken cancel)
    {
        var record = await models.GetAsync(model, cancel);
        if ((await policies.InForceAsync(record, cancel)).Policy.Rollout.Start != RolloutStart.OnRegistration || record.Champion == version) return;
        try
        {
            await commands.StartAsync(model, new(version), cause, caller, cancel);
        }
        catch (ProblemException refused) when (refused.Kind is ProblemKind.Conflict or ProblemKind.InvalidPolicy)
        {
            logger.NotStarted(model, refused.Message);
        }
    }

    private Task<SendReceipt> AskAsync(ModelName model, string cause, CloudEvent? told, CancellationToken cancel)
    {
        var message = new RolloutMessage(model.Value, cause) { TraceParent = Activity.Current?.Id };
        if (told?.Type == EventTypes.Registry + Actions.VersionRegistered && told.Subject!.Split('/') is [_, _, "versions", var number]) message = message with { Version = int.Parse(number, System.Globalization.CultureInfo.InvariantCulture) };
        if (told?.Type.StartsWith(EventTypes.Monitoring, StringComparison.Ordinal) == true) message = message with { Alert = JsonDocument.Parse(told.Data!.ToMemory()).RootElement };
        return queue.SendAsync(JsonSerializer.Serialize(message, RolloutMessageJson.Default.RolloutMessage), TimeSpan.Zero, cancel);
    }
}
