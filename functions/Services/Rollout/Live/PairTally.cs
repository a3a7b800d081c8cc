using Serverless.Core.Rollout;

namespace Serverless.Services.Rollout.Live;

/// <summary>How a shadow did beside the champion. Tallies of hours merge; one that is kept is only read.</summary>
internal sealed class PairTally
{
    public ShadowTally Verdict { get; set; }

    /// <summary>Requests that both were asked.</summary>
    public long Requests { get; set; }

    /// <summary>Those that the shadow did not answer, or not with numbers.</summary>
    public long Failed { get; set; }

    /// <summary>Where only a share is known, not which rows: those that the shadow may have followed, and those that it has.</summary>
    public (long Rows, long Told) Followed { get; set; }

    /// <summary>Computation of requests that both answered.</summary>
    public LatencyCounts Champion { get; } = new();

    public LatencyCounts Candidate { get; } = new();

    public PredictionTally ChampionSaid { get; } = new();

    public PredictionTally CandidateSaid { get; } = new();

    public static PairTally Of(IEnumerable<PairTally> hours)
    {
        var sum = new PairTally();
        foreach (var hour in hours) sum.Merge(hour);
        return sum;
    }

    /// <summary>One row more.</summary>
    public void Add(ShadowTally row) => Verdict = Verdict.Merge(row);

    private void Merge(PairTally hour)
    {
        (Verdict, Requests, Failed) = (Verdict.Merge(hour.Verdict), Requests + hour.Requests, Failed + hour.Failed);
        Followed = (Followed.Rows + hour.Followed.Rows, Followed.Told + hour.Followed.Told);
        Champion.Merge(hour.Champion);
        Candidate.Merge(hour.Candidate);
        ChampionSaid.Merge(hour.ChampionSaid);
        CandidateSaid.Merge(hour.CandidateSaid);
    }
}
