using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Inference.ServiceLevels;
using Serverless.Services.Registry;

namespace Serverless.Services.Rollout.Live;

/// <summary>How fast a candidate uses up the model's error budgets, with the callers that were sent to it since it met them: what the champion burnt is not held against it.</summary>
/// <param name="history">How requests went.</param>
/// <param name="models">The objectives in force.</param>
/// <param name="clock">Tells what is recent.</param>
public sealed class BurnEvidence(RequestHistory history, ModelSnapshots models, TimeProvider clock)
{
    /// <summary>The figures of a candidate that is released, or watched as champion: by objective, and of each window the fastest.</summary>
    public async Task<Evidence> GatherAsync(RolloutState state, CancellationToken cancel)
    {
        var model = ModelName.Parse(state.Model);
        if (await models.GetAsync(model, cancel) is not { Policy.Monitoring.SlosInForce: { Count: > 0 } slos }) return Evidence.Empty;
        var now = clock.GetUtcNow();
        var met = state.Entered.TryGetValue(RolloutStage.Canary, out var canary) ? canary : state.Since;
        var since = Later(met, now - EvidenceCatalogue.BurnWindows.Max());
        var minutes = await history.ReadAsync(model, Minute(since), now, cancel);
        var figures = new FigureSet("requests");
        foreach (var window in EvidenceCatalogue.BurnWindows)
            Add(figures, window, [.. slos.Select(slo => (slo.Key, slo.Value, minutes.Count(slo.Value, Minute(Later(since, now - window)), now, state.Version)))]);
        return figures.Evidence;
    }

    private static void Add(FigureSet figures, TimeSpan window, IReadOnlyList<(string Name, SloPolicy Slo, LevelCounts Counts)> all)
    {
        foreach (var (name, slo, counts) in all) Add(figures, EvidenceName.Of("operations", "burn", name, WindowName.Of(window)), slo, counts);
        if (all.Where(one => one.Counts.Requests > 0).OrderByDescending(one => one.Counts.Burn(one.Slo)).ToArray() is [var (_, worst, most), ..])
            Add(figures, EvidenceName.Of("operations", "burn", WindowName.Of(window)), worst, most);
    }

    private static void Add(FigureSet figures, string name, SloPolicy slo, LevelCounts counts) => figures.Add(name, counts.Burn(slo), counts.Requests, counts.Interval(slo, FigureSet.Level));

    // Counts are of whole minutes.
    private static DateTimeOffset Minute(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds() / 60 * 60);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
