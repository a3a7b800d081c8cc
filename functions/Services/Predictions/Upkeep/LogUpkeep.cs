using System.Text.Json;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;
using Serverless.Core.Registry;
using Serverless.Services.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>Keeps the log, and what is said of its predictions, small: a timer asks, one message a model, so that the work spreads over instances; each message does one model's.</summary>
public sealed class LogUpkeep(
    QueueServiceClient queues, PredictionReader reader, ModelSnapshots models, Compaction compaction, TruthCompaction truth, Retention retention,
    WriterJournals journals, TimeProvider clock, ILogger<LogUpkeep> logger)
{
    private readonly WorkQueue queue = new(queues, StorageNames.UpkeepQueue);

    /// <summary>Asks for every model that has a log. <paramref name="whole"/>: all of its days, and what is due by age.</summary>
    public async Task RequestAsync(bool whole, CancellationToken cancel)
    {
        foreach (var model in (await reader.ModelsAsync(cancel)).Union(await truth.ModelsAsync(cancel)))
            await queue.SendAsync(JsonSerializer.Serialize(new(model.Value, whole), PredictionJson.Default.UpkeepRequest), TimeSpan.Zero, cancel);
        if (!whole) return;
        foreach (var writer in await journals.SilentAsync(cancel)) logger.WriterIsSilent(writer.Writer, writer.At, writer.OnTheirWay);
        await retention.SweepJournalsAsync(cancel);
    }

    /// <summary>Does what a message asks for. Again does nothing more.</summary>
    public async Task RunAsync(string message, CancellationToken cancel)
    {
        var request = JsonSerializer.Deserialize(message, PredictionJson.Default.UpkeepRequest)!;
        var model = ModelName.Parse(request.Model);
        // Rows come late only when storage was away: what is older waits for the daily run, where readers see it all the same. Truth is late as a rule, and marks its hours.
        var since = request.Whole ? DateTimeOffset.MinValue : clock.GetUtcNow() - TruthMarks.Recent;
        await compaction.RunAsync(model, since, cancel);
        await truth.RunAsync(model, since, cancel);
        if (!request.Whole) return;
        // A model that is gone keeps its log as the default policy says.
        var policy = (await models.GetAsync(model, cancel))?.Policy ?? ModelPolicy.Default;
        await retention.RunAsync(model, policy.Logging, cancel);
    }
}

/// <summary>A message of the queue <c>log-upkeep</c>.</summary>
/// <param name="Model">The model.</param>
/// <param name="Whole">Whether all of its days are looked at, and deleted or moved by age.</param>
internal sealed record UpkeepRequest(string Model, bool Whole);
