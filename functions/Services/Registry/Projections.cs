using System.Text.Json;
using Azure.Messaging;
using Microsoft.Extensions.Logging;
using Serverless.Core.Registry;
using Serverless.Services.Events;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry;

/// <summary>
/// What is derived from the model partitions: the catalog and the audit trail across models. Written after each commit, so that a
/// writer reads its own change, and once more by the change's event, so that a crash in between is mended.
/// </summary>
/// <param name="models">The truth.</param>
/// <param name="rows">Records as rows.</param>
/// <param name="catalog">For listing.</param>
/// <param name="index">For the audit trail across models.</param>
/// <param name="logger">Says when a projection has to wait for its event.</param>
public sealed class Projections(ModelsTable models, ModelRows rows, CatalogTable catalog, AuditIndexTable index, ILogger<Projections> logger)
{
    internal async Task WriteAsync(ModelRecord model, IReadOnlyList<AuditEntry> entries, CancellationToken cancel)
    {
        try
        {
            await Task.WhenAll(
                catalog.PutAsync(model.Name, JsonSerializer.Serialize(model, StoredJson.Default.ModelRecord), model.Audit.Count, cancel),
                Task.WhenAll(entries.Select(entry => index.PutAsync(entry.Time, entry.Id, JsonSerializer.Serialize(entry, StoredJson.Default.AuditEntry), cancel))));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            logger.ProjectionWaits(failure, model.Name);
        }
    }

    /// <summary>Handles an event of the registry or of a rollout; any other is none of ours.</summary>
    /// <param name="published">As the topic delivers it, in any order, as often as it likes.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task HandleAsync(CloudEvent published, CancellationToken cancel)
    {
        if (!EventTypes.IsChange(published.Type) || !Guid.TryParse(published.Id, out var entry) || published.Subject?.Split('/') is not ["models", var model, ..]) return;
        using var span = RegistryTracing.Source.Process(published);
        await RepairAsync(ModelName.Parse(model), entry, cancel);
    }

    // Duplicates and old events change nothing: the state is read as it is now.
    private async Task RepairAsync(ModelName model, Guid entry, CancellationToken cancel)
    {
        if (await models.FindAsync(model, StorageNames.Audit(entry), cancel) is { } audit)
        {
            var json = audit.GetText("json");
            var read = JsonSerializer.Deserialize(json, StoredJson.Default.AuditEntry)!;
            await index.PutAsync(read.Time, read.Id, json, cancel);
        }

        if (await models.FindAsync(model, StorageNames.ModelRow, cancel) is not { } row) return;
        var now = await rows.ReadAsync(row, StoredJson.Default.ModelRecord, cancel);
        await catalog.PutAsync(model, JsonSerializer.Serialize(now, StoredJson.Default.ModelRecord), now.Audit.Count, cancel);
    }
}
