using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Rollout;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Models;
using Serverless.Services.Rollout.Store;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Rollout;

/// <summary>Where rollouts stand, as storage had it a moment ago, and what this instance decided.</summary>
public sealed class RolloutMeters : IMeters
{
    /// <summary>The meter's name.</summary>
    public const string Name = MetricsRegistration.Prefix + "Rollout";

    private readonly ModelCatalog catalog;
    private readonly ModelStore models;
    private readonly RolloutStore rollouts;
    private readonly Counter<long> decisions;
    private readonly int maximum;

    /// <summary>Makes the instruments.</summary>
    public RolloutMeters(
        IMeterFactory meters, ModelCatalog catalog, ModelStore models, RolloutStore rollouts, IOptions<TelemetryOptions> options, TimeProvider clock, ILogger<RolloutMeters> logger)
    {
        (this.catalog, this.models, this.rollouts, maximum) = (catalog, models, rollouts, options.Value.MaxSeries);
        var meter = meters.Create(Name);
        decisions = meter.CreateCounter<long>("mlops.decisions", description: "Decisions of gates and guardrails that this instance kept, by verdict.");
        var view = new BackgroundView<IReadOnlyList<Measurement<long>>>(ReadAsync, options, clock, logger);
        meter.CreateObservableGauge("mlops.rollout.state", () => view.Current ?? [], description: "1 for the stage that an open rollout stands at; as it was read from storage last.");
    }

    /// <summary>A decision was kept.</summary>
    internal void Decided(Decision decision) => decisions.Add(1, new KeyValuePair<string, object?>("verdict", Snake(decision.Outcome.ToString())));

    private async Task<IReadOnlyList<Measurement<long>>> ReadAsync(CancellationToken cancel)
    {
        var found = new List<Measurement<long>>();
        await foreach (var model in catalog.AllAsync(cancel))
        {
            if (model.Rollouts is not { Count: > 0 } || await models.FindAsync(model.Name, cancel) is not { } record) continue;
            foreach (var rollout in await rollouts.OpenAsync(record, cancel)) found.Add(Show(rollout.State));
            if (found.Count >= maximum) break;
        }
        return found;
    }

    private static Measurement<long> Show(RolloutState state) =>
        new(1, new("model", state.Model), new("version", state.Version.ToString(CultureInfo.InvariantCulture)), new("state", Snake(state.Stage.ToString())));

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
