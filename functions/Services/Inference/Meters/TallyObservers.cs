using System.Diagnostics.Metrics;
using System.Globalization;

namespace Serverless.Services.Inference.Meters;

/// <summary>OpenTelemetry's instruments over the tallies: they are read when somebody collects.</summary>
internal static class TallyObservers
{
    private static readonly (RequestProtocol Protocol, string Name)[] Protocols =
        [(RequestProtocol.V2, "v2"), (RequestProtocol.V1, "v1"), (RequestProtocol.Rows, "rows"), (RequestProtocol.MLflow, "mlflow")];

    private static readonly (RequestOutcome Outcome, string Name)[] Outcomes =
        [(RequestOutcome.Ok, "ok"), (RequestOutcome.Refused, "refused"), (RequestOutcome.Failed, "failed"), (RequestOutcome.Abandoned, "abandoned")];

    private static readonly (ShadowOutcome Outcome, string Name)[] Shadows =
        [(ShadowOutcome.Answered, "answered"), (ShadowOutcome.Failed, "failed"), (ShadowOutcome.Dropped, "dropped")];

    /// <summary>Adds them to a meter.</summary>
    public static void Add(Meter meter, TallyBook book, int maximum)
    {
        meter.CreateObservableCounter("mlops.requests", () => book.Variants.SelectMany(Requests), description: "Requests by how they ended.");
        meter.CreateObservableCounter("mlops.rows", () => from one in book.Variants where one.AnsweredRows > 0 select new Measurement<long>(one.AnsweredRows, one.Tags), description: "Rows that were answered.");
        meter.CreateObservableCounter("mlops.runs", () => from one in book.Variants where one.AllRuns > 0 select new Measurement<long>(one.AllRuns, one.Tags), description: "Runs of models; a batch is one run.");
        meter.CreateObservableCounter("mlops.shadow.requests", () => book.Variants.SelectMany(Followed), description: "Requests that a version followed in their shadow, by what became of it.");
        meter.CreateObservableCounter("mlops.retreats", () => from one in book.Variants where one.AllRetreats > 0 select new Measurement<long>(one.AllRetreats, one.Tags), description: "Requests that a variant failed and the champion answered.");
        meter.CreateObservableGauge("mlops.requests.in_flight", () => book.Models.Select(one => new Measurement<long>(one.InFlight, one.Tags)), description: "Requests that have come and have not ended.");
        meter.CreateObservableGauge("mlops.queue.depth", () => from one in book.Models where one.Served is not null select new Measurement<long>(one.Served!.Waiting, one.Tags), description: "Requests that wait for a turn of their model, or for a batch.");
        meter.CreateObservableGauge("mlops.rollout.traffic_share", () => book.Models.SelectMany(Shares), "1", "The share of requests without a version that a version answers, or follows as a shadow, where there is a split.");
        meter.CreateObservableGauge("mlops.metrics.series", () => book.Count, description: "Models, versions and variants that are told apart.");
        meter.CreateObservableGauge("mlops.metrics.series_limit", () => maximum, description: "How many of them are told apart at most.");
        meter.CreateObservableCounter("mlops.metrics.folded", () => book.Folded, description: "How often something was counted as (other), because there were as many as are told apart.");
    }

    // What this instance goes by, from the snapshot that the last request was routed by.
    private static IEnumerable<Measurement<double>> Shares(ModelTally model)
    {
        if (model.Served?.Snapshot is not { Traffic: { } split, Champion: { } champion }) yield break;
        yield return Share(model, champion, Route.Champion.Variant, 1 - split.Arms.Sum(arm => arm.Share));
        foreach (var arm in split.Arms) yield return Share(model, arm.Version, arm.Variant, arm.Share);
        foreach (var shadow in split.Shadows) yield return Share(model, shadow.Version, Route.Shadow.Variant, shadow.Share);
    }

    private static Measurement<double> Share(ModelTally model, int version, string variant, double share) =>
        new(share, model.Tags[0], new("version", version.ToString(CultureInfo.InvariantCulture)), new("variant", variant));

    // Where a protocol was spoken, every outcome has a series from then on: a rate over one that begins with its first failure would miss it.
    private static IEnumerable<Measurement<long>> Requests(VariantTally tally) =>
        from protocol in Protocols
        where Outcomes.Any(one => tally.Ended(protocol.Protocol, one.Outcome) > 0)
        from outcome in Outcomes
        select new Measurement<long>(tally.Ended(protocol.Protocol, outcome.Outcome), [.. tally.Tags, new("protocol", protocol.Name), new("outcome", outcome.Name)]);

    private static IEnumerable<Measurement<long>> Followed(VariantTally tally) =>
        from outcome in Shadows
        where Shadows.Any(one => tally.Shadowed(one.Outcome) > 0)
        select new Measurement<long>(tally.Shadowed(outcome.Outcome), tally.Tags[0], tally.Tags[1], new("outcome", outcome.Name));
}
