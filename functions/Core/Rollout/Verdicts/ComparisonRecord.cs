namespace Serverless.Core.Rollout;

/// <summary>A comparison with all that it is judged by, so that it can be judged again.</summary>
/// <param name="Began">When it began.</param>
/// <param name="Elapsed">How long it has gone on, without pauses.</param>
/// <param name="Judgement">What it came to.</param>
public sealed record ComparisonRecord(DateTimeOffset Began, TimeSpan Elapsed, ComparisonJudgement Judgement)
{
    /// <summary>Of a shadow: what was seen.</summary>
    public ShadowTally? Tally { get; init; }

    /// <summary>Of a shadow: by which rules.</summary>
    public ShadowPolicy? Shadow { get; init; }

    /// <summary>Of a shadow: the rows that were tried, those that failed among them.</summary>
    public long Tried { get; init; }

    /// <summary>Of an experiment: what was seen.</summary>
    public TrialCounts? Counts { get; init; }

    /// <summary>Of an experiment: by which rules.</summary>
    public ReleasePolicy? Release { get; init; }

    /// <summary>Whether there are rows enough for gates to be held against.</summary>
    public bool HasEnough => Shadow is null || Tried >= Shadow.MinimumRows;

    /// <summary>A shadow's.</summary>
    public static ComparisonRecord Of(ShadowTally tally, long tried, ShadowPolicy policy, DateTimeOffset began, TimeSpan elapsed, DateTimeOffset now) =>
        new(began, elapsed, ShadowJudge.Judge(tally, policy, now - elapsed, now)) { Tally = tally, Tried = tried, Shadow = policy };

    /// <summary>An experiment's.</summary>
    public static ComparisonRecord Of(TrialCounts counts, ReleasePolicy policy, DateTimeOffset began, TimeSpan elapsed) =>
        new(began, elapsed, TrialJudge.Judge(counts.Champion, counts.Candidate, policy, elapsed)) { Counts = counts, Release = policy };

    /// <summary>Judges again. From the same record comes the same.</summary>
    /// <param name="now">When it was judged.</param>
    public ComparisonRecord Judge(DateTimeOffset now) =>
        Tally is { } tally && Shadow is not null ? Of(tally, Tried, Shadow, Began, Elapsed, now)
        : Counts is not null && Release is not null ? Of(Counts, Release, Began, Elapsed)
        : throw new FormatException("This comparison is neither a shadow's nor an experiment's.");
}

/// <summary>An experiment's two sides.</summary>
/// <param name="Champion">The champion's.</param>
/// <param name="Candidate">The candidate's.</param>
public sealed record TrialCounts(ArmCounts Champion, ArmCounts Candidate)
{
    /// <summary>The figures, for the record.</summary>
    /// <param name="outcome">The declared outcome.</param>
    public Evidence Evidence(string outcome)
    {
        var name = EvidenceName.Of("outcome", outcome, "rate");
        return new(new[] { ("", Candidate), ("champion.", Champion) }.Where(side => side.Item2.Rows > 0)
            .Select(side => KeyValuePair.Create(side.Item1 + name, Figure.Of((double)side.Item2.Successes / side.Item2.Rows, side.Item2.Rows, "trial"))));
    }
}
