using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Serverless.Core.Registry;

namespace Serverless.Services.Storage;

/// <summary>An alert that was noted as open.</summary>
/// <param name="Model">The model.</param>
/// <param name="Alert">The alert.</param>
/// <param name="Noted">When it was noted last.</param>
public sealed record OpenAlertRow(ModelName Model, Guid Alert, DateTimeOffset Noted);

/// <summary>A step or an event that a webhook is told of.</summary>
/// <param name="Webhook">The webhook.</param>
/// <param name="Step">The step's or the event's id.</param>
/// <param name="Model">The model, in whose partition the rest stands.</param>
/// <param name="Type">The event's type.</param>
public sealed record ToldRow(string Webhook, Guid Step, ModelName Model, string Type);

/// <summary>Table <c>alerts</c>: one partition a model, so that an alert and what is to be told of it change in one transaction; one that notes which are open; and one for each webhook that notes what it is told of.</summary>
/// <param name="tables">The account.</param>
public sealed class AlertsTable(TableServiceClient tables)
{
    private readonly LazyTable table = new(tables, StorageNames.AlertsTable);

    /// <summary>One row, or null.</summary>
    public async Task<TableEntity?> FindAsync(ModelName model, string row, CancellationToken cancel)
    {
        var found = await (await table.GetAsync(cancel)).GetEntityIfExistsAsync<TableEntity>(StorageNames.Partition(model), row, cancellationToken: cancel);
        return found.HasValue ? found.Value : null;
    }

    /// <summary>A model's rows whose keys begin with a prefix that ends in <c>|</c>, in order.</summary>
    public IAsyncEnumerable<TableEntity> ListAsync(ModelName model, string prefix, CancellationToken cancel) => ListAsync(model, prefix, StorageNames.After(prefix), cancel);

    /// <summary>A model's rows whose keys begin with a prefix and an id of a time that is over: ids are UUIDv7, which sort as their times do.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prefix">It ends in <c>|</c>.</param>
    /// <param name="until">The last millisecond.</param>
    /// <param name="cancel">Ends it.</param>
    public IAsyncEnumerable<TableEntity> ListAsync(ModelName model, string prefix, DateTimeOffset until, CancellationToken cancel) =>
        ListAsync(model, prefix, $"{prefix}{Guid.CreateVersion7(until.AddMilliseconds(1)):D}"[..(prefix.Length + 13)], cancel);

    private async IAsyncEnumerable<TableEntity> ListAsync(ModelName model, string prefix, string to, [EnumeratorCancellation] CancellationToken cancel)
    {
        var partition = StorageNames.Partition(model);
        var rows = (await table.GetAsync(cancel)).QueryAsync<TableEntity>(
            row => row.PartitionKey == partition && row.RowKey.CompareTo(prefix) > 0 && row.RowKey.CompareTo(to) < 0, cancellationToken: cancel);
        await foreach (var row in rows) yield return row;
    }

    /// <summary>What is noted as open, in the order of models and ids.</summary>
    /// <param name="model">One model's, or null for all.</param>
    /// <param name="after">The model and row of the last alert seen, or null.</param>
    /// <param name="cancel">Ends it.</param>
    public async IAsyncEnumerable<OpenAlertRow> OpenAsync(ModelName? model, (string Partition, string Row)? after, [EnumeratorCancellation] CancellationToken cancel)
    {
        var prefix = StorageNames.OpenAlerts(model?.Value);
        var from = after is { } last && StorageNames.OpenAlert(last.Partition, last.Row[StorageNames.AlertPrefix.Length..]) is var seen && string.CompareOrdinal(seen, prefix) > 0 ? seen : prefix;
        var to = StorageNames.After(prefix);
        var rows = (await table.GetAsync(cancel)).QueryAsync<TableEntity>(
            row => row.PartitionKey == StorageNames.OpenAlertsPartition && row.RowKey.CompareTo(from) > 0 && row.RowKey.CompareTo(to) < 0, cancellationToken: cancel);
        await foreach (var row in rows)
            if (row.RowKey.Split('|') is [_, var name, var id]) yield return new(ModelName.Parse(name), Guid.ParseExact(id, "D"), row.GetDateTimeOffset("noted")!.Value);
    }

    /// <summary>Notes that an alert is open; again is success.</summary>
    public async Task NoteOpenAsync(OpenAlertRow open, CancellationToken cancel) => await (await table.GetAsync(cancel)).UpsertEntityAsync(
        new TableEntity(StorageNames.OpenAlertsPartition, StorageNames.OpenAlert(open.Model.Value, open.Alert.ToString("D"))) { ["noted"] = open.Noted }, TableUpdateMode.Replace, cancel);

    /// <summary>Strikes an alert off; that it is already is success.</summary>
    public Task StrikeOpenAsync(ModelName model, Guid alert, CancellationToken cancel) =>
        DeleteAsync(StorageNames.OpenAlertsPartition, StorageNames.OpenAlert(model.Value, alert.ToString("D")), cancel);

    /// <summary>Notes that a webhook is told of something; again is success.</summary>
    public async Task NoteToldAsync(ToldRow told, CancellationToken cancel) => await (await table.GetAsync(cancel)).UpsertEntityAsync(
        new TableEntity(StorageNames.Told(told.Webhook), StorageNames.ToldRow(told.Step)) { ["model"] = told.Model.Value, ["type"] = told.Type }, TableUpdateMode.Replace, cancel);

    /// <summary>What a webhook is told of, newest first.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="after">The row of the last one seen, or null.</param>
    /// <param name="cancel">Ends it.</param>
    public async IAsyncEnumerable<ToldRow> ToldAsync(string webhook, string? after, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (partition, from) = (StorageNames.Told(webhook), after ?? "");
        await foreach (var row in (await table.GetAsync(cancel)).QueryAsync<TableEntity>(row => row.PartitionKey == partition && row.RowKey.CompareTo(from) > 0, cancellationToken: cancel))
            yield return new(webhook, Guid.ParseExact(row.RowKey.AsSpan(row.RowKey.IndexOf('|', StringComparison.Ordinal) + 1), "D"), ModelName.Parse(row.GetString("model")), row.GetString("type"));
    }

    /// <summary>Forgets what webhooks, those that are gone too, were told of before a time.</summary>
    public async Task ForgetToldAsync(DateTimeOffset until, CancellationToken cancel)
    {
        var (from, to, oldest) = (StorageNames.ToldPrefix, StorageNames.After(StorageNames.ToldPrefix), StorageNames.ToldRow(Guid.CreateVersion7(until)));
        var rows = (await table.GetAsync(cancel)).QueryAsync<TableEntity>(
            row => row.PartitionKey.CompareTo(from) > 0 && row.PartitionKey.CompareTo(to) < 0 && row.RowKey.CompareTo(oldest) > 0, select: [nameof(TableEntity.PartitionKey), nameof(TableEntity.RowKey)], cancellationToken: cancel);
        await foreach (var row in rows) await DeleteAsync(row.PartitionKey, row.RowKey, cancel);
    }

    /// <summary>Alerts across models, in the order of models and ids, as an OData filter on their properties asks for.</summary>
    /// <param name="model">One model's, or null for all.</param>
    /// <param name="after">The model and row of the last one seen, or null.</param>
    /// <param name="filter">On properties, or null.</param>
    /// <param name="cancel">Ends it.</param>
    public async IAsyncEnumerable<TableEntity> AlertsAsync(
        ModelName? model, (string Partition, string Row)? after, string? filter, [EnumeratorCancellation] CancellationToken cancel)
    {
        List<string> conditions = [TableClient.CreateQueryFilter($"RowKey gt {StorageNames.AlertPrefix} and RowKey lt {StorageNames.After(StorageNames.AlertPrefix)}")];
        if (model is { } one) conditions.Add(TableClient.CreateQueryFilter($"PartitionKey eq {StorageNames.Partition(one)}"));
        if (after is { } last) conditions.Add("(" + TableClient.CreateQueryFilter($"PartitionKey gt {last.Partition} or (PartitionKey eq {last.Partition} and RowKey gt {last.Row})") + ")");
        if (filter is not null) conditions.Add($"({filter})");
        await foreach (var row in (await table.GetAsync(cancel)).QueryAsync<TableEntity>(string.Join(" and ", conditions), cancellationToken: cancel)) yield return row;
    }

    /// <summary>All of it or nothing of it. False when a condition did not hold: another writer was first.</summary>
    public Task<bool> TryCommitAsync(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancel) => table.TryCommitAsync(actions, cancel);

    /// <summary>Removes rows; that some are gone already is success.</summary>
    public async Task DeleteAsync(ModelName model, IEnumerable<string> rows, CancellationToken cancel)
    {
        foreach (var part in rows.Chunk(TableTransaction.MaximumActions))
        {
            if (await TryCommitAsync([.. part.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(StorageNames.Partition(model), row), ETag.All))], cancel)) continue;
            foreach (var row in part) await DeleteAsync(model, row, cancel);
        }
    }

    /// <summary>Removes a row; that it is gone already is success.</summary>
    public Task DeleteAsync(ModelName model, string row, CancellationToken cancel) => DeleteAsync(StorageNames.Partition(model), row, cancel);

    private async Task DeleteAsync(string partition, string row, CancellationToken cancel)
    {
        try
        {
            await (await table.GetAsync(cancel)).DeleteEntityAsync(partition, row, ETag.All, cancel);
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
        }
    }
}
