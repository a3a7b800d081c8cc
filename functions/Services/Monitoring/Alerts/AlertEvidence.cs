using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>The findings of all monitors of a model whose windows ended after a time.</summary>
public delegate Task<IReadOnlyList<Finding>> RecentFindings(ModelName model, DateTimeOffset since, CancellationToken cancel);

/// <summary>Gathers what a diagnosis is made from. An alert never waits for its diagnosis: what cannot be read is left out.</summary>
/// <param name="findings">What the monitors found lately.</param>
/// <param name="models">The registry's trail: which version served since when.</param>
/// <param name="options">How far to look back.</param>
/// <param name="logger">Says when a diagnosis has to be left out.</param>
public sealed class AlertEvidence(RecentFindings findings, ModelsTable models, IOptions<AlertsOptions> options, ILogger<AlertEvidence> logger)
{
    /// <summary>The diagnosis of an alert as it stands with a finding; null where it cannot be made.</summary>
    public async Task<Diagnosis?> DiagnoseAsync(ModelName model, AlertState alert, Finding finding, CancellationToken cancel)
    {
        try
        {
            var since = (alert.Since < finding.Window.From ? alert.Since : finding.Window.From) - options.Value.Lookback;
            return Diagnose.Alert(new(alert.Cause, alert.Since, finding, await findings(model, since, cancel), await DeploymentsAsync(model, since, cancel)));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException && !cancel.IsCancellationRequested)
        {
            logger.DiagnosisFailed(failure, model, alert.Monitor);
            return null;
        }
    }

    // The trail's ids carry their time, so that what is older is not read.
    private async Task<IReadOnlyList<Deployment>> DeploymentsAsync(ModelName model, DateTimeOffset since, CancellationToken cancel)
    {
        var deployments = new List<Deployment>();
        await foreach (var row in models.ListAsync(model, StorageNames.AuditPrefix, StorageNames.Audit(Guid.CreateVersion7(since)), cancel))
        {
            var entry = JsonSerializer.Deserialize(row.GetText("json"), StoredJson.Default.AuditEntry)!;
            if (entry.Action is Actions.AliasMoved && entry.Subject.EndsWith("/aliases/champion", StringComparison.Ordinal) && entry.After?["version"]?.GetValue<int>() is { } version)
                deployments.Add(new(entry.Time, version, "champion"));
        }

        return deployments;
    }
}
