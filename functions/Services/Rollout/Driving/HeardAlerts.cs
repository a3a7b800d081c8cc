using System.Text.Json;
using Azure.Data.Tables;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Rollout.Store;
using Serverless.Services.Storage;
using Signal = Serverless.Core.Monitoring.Signal;

namespace Serverless.Services.Rollout.Driving;

/// <summary>
/// What monitoring has told of a model, by its events: evidence on alerts, drift and the data contract. An alert that began before the
/// candidate met callers is not held against it.
/// </summary>
/// <param name="table">The rows.</param>
/// <param name="clock">Tells the age of what is over.</param>
public sealed class HeardAlerts(ModelsTable table, TimeProvider clock)
{
    // Longer than the topic goes on sending an event: an old step that comes after it finds nothing to open again.
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    /// <summary>Takes an alert's step (an <c>AlertNotice</c>), in any order, as often as it comes.</summary>
    /// <returns>Whether it was news.</returns>
    internal async Task<bool> HearAsync(ModelName model, JsonElement notice, CancellationToken cancel)
    {
        var id = notice.GetProperty("alert").GetGuid();
        var there = await table.FindAsync(model, StorageNames.HeardAlert(id), cancel);
        var known = there is null ? null : Read(there);
        var heard = Of(notice, id, known);
        if (known?.Sequence >= heard.Sequence) return false;
        if (!heard.Open) await ForgetAsync(model, cancel);
        var row = new TableEntity(StorageNames.Partition(model), StorageNames.HeardAlert(id)).WithText("json", JsonSerializer.Serialize(heard, RolloutStoredJson.Default.HeardAlert));
        // Another step of the same alert may come at once: then this one is read again.
        return await table.TryCommitAsync([there is null ? new(TableTransactionActionType.Add, row) : new(TableTransactionActionType.UpdateReplace, row, there.ETag)], cancel)
            || await HearAsync(model, notice, cancel);
    }

    /// <summary>What is known of the alerts that began since the candidate met callers.</summary>
    internal async Task<Evidence> EvidenceAsync(RolloutState state, CancellationToken cancel)
    {
        var since = state.Entered.TryGetValue(RolloutStage.Canary, out var canary) ? canary : state.Since;
        var open = await table.ListAsync(ModelName.Parse(state.Model), StorageNames.HeardAlertPrefix, null, cancel).Select(Read).Where(alert => alert.Open && alert.Fired >= since).ToListAsync(cancel);
        const string source = "alerts";
        Figure Count(Func<HeardAlert, bool> which) => Figure.Of(open.Count(which), open.Count, source);
        // The largest of the alerts'. None fires: nothing is in breach beyond what the policy allows.
        Figure Share(Signal signal) => Figure.Of(open.Where(alert => alert.Signal == signal).Max(alert => alert.Share) ?? 0, open.Count(alert => alert.Signal == signal), source);
        var figures = new Dictionary<string, Figure>
        {
            ["alerts.critical"] = Count(alert => alert.Severity == AlertSeverity.Critical),
            ["alerts.warning"] = Count(alert => alert.Severity == AlertSeverity.Warning),
            ["alerts.firing"] = Count(_ => true),
            ["quality.violations"] = Figure.Of(open.Where(alert => alert.Signal == Signal.DataQuality).Sum(alert => alert.Checks.Count), open.Count, source),
            ["quality.share"] = Share(Signal.DataQuality),
            ["drift.share"] = Share(Signal.FeatureDrift),
            ["drift.columns"] = Figure.Of(open.Where(alert => alert.Signal == Signal.FeatureDrift).Sum(alert => alert.Checks.Count), open.Count, source),
        };
        var drifted = open.Where(alert => alert.Signal == Signal.FeatureDrift).SelectMany(alert => alert.Checks).Where(check => check.Effect is { } effect && double.IsFinite(effect)).ToArray();
        if (drifted.Length > 0) figures["drift.largest"] = Figure.Of(drifted.Max(check => check.Effect!.Value), drifted.Length, source);
        foreach (var column in drifted.GroupBy(check => check.Column, StringComparer.Ordinal))
            figures[EvidenceName.Of("drift", "columns", column.Key)] = Figure.Of(column.Max(check => check.Effect!.Value), 1, source);
        return new(figures);
    }

    private static HeardAlert Of(JsonElement notice, Guid id, HeardAlert? known)
    {
        var time = notice.GetProperty("time").GetDateTimeOffset();
        return new(
            id, notice.GetProperty("sequence").GetInt32(), notice.GetProperty("monitor").GetString()!, Member<Signal>(notice, "signal"), Member<AlertSeverity>(notice, "severity"),
            Member<AlertStatus>(notice, "status") is AlertStatus.Firing or AlertStatus.Acknowledged, known?.Fired < time ? known.Fired : time, time,
            notice.TryGetProperty("top", out var top) ? [.. top.EnumerateArray().Select(Check)] : [])
        { Share = notice.TryGetProperty("share", out var share) ? share.GetDouble() : null };
    }

    private static HeardCheck Check(JsonElement check) => new(check.GetProperty("subject").GetString()!, check.TryGetProperty("effect", out var effect) && effect.ValueKind == JsonValueKind.Number ? effect.GetDouble() : null);

    private static T Member<T>(JsonElement notice, string name)
        where T : struct, Enum => Enum.Parse<T>(notice.GetProperty(name).GetString()!, ignoreCase: true);

    private async Task ForgetAsync(ModelName model, CancellationToken cancel)
    {
        await foreach (var row in table.ListAsync(model, StorageNames.HeardAlertPrefix, null, cancel))
            if (Read(row) is { Open: false } over && over.Changed < clock.GetUtcNow() - Remembered) await table.DeleteAsync(model, row.RowKey, cancel);
    }

    private static HeardAlert Read(TableEntity row) => JsonSerializer.Deserialize(row.GetText("json"), RolloutStoredJson.Default.HeardAlert)!;
}
