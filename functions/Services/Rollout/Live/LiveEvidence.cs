using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Predictions;
using Serverless.Services.Registry;

namespace Serverless.Services.Rollout.Live;

/// <summary>What traffic shows of a candidate: beside the champion in the shadow, with callers during the release and while it is watched, and in an experiment.</summary>
public sealed class LiveEvidence
{
    // What a shadow says is written a little after what its caller was told.
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);

    private readonly PredictionReader predictions;
    private readonly TruthReader truth;
    private readonly ModelSnapshots models;
    private readonly TimeProvider clock;

    /// <summary>Reads the log, what is said of it, and what the registry knows of the versions.</summary>
    public LiveEvidence(PredictionReader predictions, TruthReader truth, ModelSnapshots models, TimeProvider clock)
    {
        (this.predictions, this.truth, this.models, this.clock) = (predictions, truth, models, clock);
        Hours = new(predictions, truth);
    }

    internal LiveHours Hours { get; }

    internal long RowsAtOnce { get; init; } = 1_000_000;

    /// <summary>How the candidate compares with the champion on the requests that both have seen since it came to the shadow.</summary>
    public async Task<ShadowComparison> ShadowAsync(RolloutState state, RolloutPolicy policy, CancellationToken cancel)
    {
        var (now, since) = (clock.GetUtcNow(), state.Entered.GetValueOrDefault(RolloutStage.Shadowing, state.Since));
        var sum = await PairsAsync(state, policy, since, now, cancel);
        var tally = sum.Followed.Rows == 0 ? sum.Verdict
            : sum.Verdict with { Dropped = Math.Max(0, (long)Math.Round(policy.Shadow.Share * sum.Followed.Rows) - sum.Followed.Told) };
        var figures = new FigureSet("shadow");
        figures.AddRatios("shadow.latency", sum.Candidate, sum.Champion);
        figures.AddShare("shadow.errors.rate", sum.Failed, sum.Requests);
        if (sum.CandidateSaid.Distance(sum.ChampionSaid) is var (distance, rows)) figures.Add("shadow.drift.prediction", distance, rows);
        return new(tally, tally.Evidence(policy.Shadow, since, now).With(figures.Evidence));
    }

    /// <summary>How the candidate does with callers: of its step while it is released, since its promotion while it is watched. The former champion's figures are then of as long a time before.</summary>
    public async Task<Evidence> ReleaseAsync(RolloutState state, RolloutPolicy policy, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var watched = state.Stage == RolloutStage.Champion;
        if (!watched && !state.IsReleasing) return Evidence.Empty;
        var candidate = await SideAsync(state, state.Version, state.Since, now, cancel);
        var champion = watched ? await SideAsync(state, state.Champion, state.Since - (now - state.Since), state.Since, cancel) : await SideAsync(state, state.Champion, state.Since, now, cancel);
        var positive = (await ColumnsAsync(state, state.Version, cancel))?.Positive;
        return new ReleaseFigures(positive).Of(candidate, champion).With(Progress(state, policy, now));
    }

    /// <summary>How often each side's rows had the outcome, since the experiment began. Rows of which nothing is said yet count for neither.</summary>
    public async Task<TrialCounts> TrialAsync(RolloutState state, RolloutPolicy policy, CancellationToken cancel)
    {
        var (now, since) = (clock.GetUtcNow(), state.Entered.GetValueOrDefault(RolloutStage.Canary, state.Since));
        var candidate = await SideAsync(state, state.Version, since, now, cancel);
        var champion = await SideAsync(state, state.Champion, since, now, cancel);
        return new(champion.Outcomes.GetValueOrDefault(policy.Release.Trial.Outcome).Arm, candidate.Outcomes.GetValueOrDefault(policy.Release.Trial.Outcome).Arm);
    }

    private static Evidence Progress(RolloutState state, RolloutPolicy policy, DateTimeOffset now)
    {
        var figures = new FigureSet("rollout");
        figures.Add("release.step", state.Step, 0);
        figures.Add("release.minutes", ((state.Paused?.Since ?? now) - state.Since - state.Stood).TotalMinutes, 0);
        figures.Add("release.share", state.Stage == RolloutStage.Champion ? 1 : TrafficPlan.Of(state, policy).Share, 0);
        return figures.Evidence;
    }

    private async Task<PairTally> PairsAsync(RolloutState state, RolloutPolicy policy, DateTimeOffset since, DateTimeOffset now, CancellationToken cancel)
    {
        if (state.Champion is not { } champion || await SnapshotAsync(state, cancel) is not { } model) return new();
        var settled = now - Settling;
        var reader = new PairReader(
            predictions, truth, model.Name, (champion, AnswerColumns.Of(model, champion, champion)), (state.Version, AnswerColumns.Of(model, state.Version, champion)),
            ShadowDue.Of(model.Traffic, state.Version, policy.Shadow.Share), policy.Shadow.Margin, settled, RowsAtOnce);
        return PairTally.Of(await Hours.TallyAsync(model.Name, since, now, reader.What, settled, reader.ReadAsync, cancel));
    }

    private async Task<SideTally> SideAsync(RolloutState state, int? version, DateTimeOffset from, DateTimeOffset to, CancellationToken cancel)
    {
        if (version is not { } number || await SnapshotAsync(state, cancel) is not { } model) return new();
        var reader = new SideReader(predictions, truth, model.Name, number, await ColumnsAsync(state, number, cancel));
        return SideTally.Of(await Hours.TallyAsync(model.Name, from, to, reader.What, DateTimeOffset.MaxValue, reader.ReadAsync, cancel));
    }

    // Classes are called as the champion calls them.
    private async Task<AnswerColumns?> ColumnsAsync(RolloutState state, int? version, CancellationToken cancel) =>
        await SnapshotAsync(state, cancel) is { } model ? AnswerColumns.Of(model, version, state.Champion) : null;

    private ValueTask<ModelSnapshot?> SnapshotAsync(RolloutState state, CancellationToken cancel) => models.GetAsync(ModelName.Parse(state.Model), cancel);
}
