using Serverless.Core.Rollout;
using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Rollout;

public sealed class VerdictTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(400, 200, ComparisonVerdict.Better, true)]
    [InlineData(302, 300, ComparisonVerdict.NonInferior, true)]
    [InlineData(100, 700, ComparisonVerdict.Worse, false)]
    public void Shadow_ByLabels_IsJudged(long better, long worse, ComparisonVerdict verdict, bool accepted)
    {
        var tally = new ShadowTally(9_000, 1_000, new(better, 40_000 - better - worse, worse), default, default, 0);
        var judgement = ShadowJudge.Judge(tally, new(), Start, Start.AddDays(1));
        Assert.Equal((verdict, accepted), (judgement.Verdict, judgement.Accepted));
    }

    [Fact]
    public void Shadow_BeforeAWholeDay_WaitsThoughItIsBetter()
    {
        var tally = new ShadowTally(0, 0, new(400, 10_000, 200), default, default, 0);
        Assert.Null(ShadowJudge.Judge(tally, new(), Start, Start.AddHours(23.9)).Accepted);
        Assert.Equal("The candidate is better: 10600 rows with labels (right where the champion was wrong 400, wrong where it was right 200), 0 answers compared, 1 of at least 1 days, at least 1000 rows.",
            ShadowJudge.Judge(tally, new(), Start, Start.AddDays(1)).Words);
    }

    [Fact]
    public void Shadow_WithTooFewRows_IsUndecided() =>
        Assert.Equal(ComparisonVerdict.Undecided, ShadowJudge.Judge(new(0, 0, new(999, 0, 0), default, default, 0), new(), Start, Start.AddDays(2)).Verdict);

    [Theory]
    [InlineData(ShadowBasis.Either, ComparisonVerdict.NonInferior)]
    [InlineData(ShadowBasis.Labels, ComparisonVerdict.Undecided)]
    public void Shadow_WithoutLabels_IsShownNotInferiorByAgreementAlone(ShadowBasis basis, ComparisonVerdict expected) =>
        Assert.Equal(expected, ShadowJudge.Judge(new(9_990, 10, default, default, default, 0), new() { Basis = basis }, Start, Start.AddDays(2)).Verdict);

    [Fact]
    public void Shadow_ThatAgreesTooSeldom_IsNotJudgedByIt() =>
        Assert.Equal(ComparisonVerdict.Undecided, ShadowJudge.Judge(new(5_000, 5_000, default, default, default, 0), new(), Start, Start.AddDays(2)).Verdict);

    [Fact]
    public void Shadow_WhereOnlySuperiorIsAccepted_WaitsWhenNotInferior() =>
        Assert.Null(ShadowJudge.Judge(new(0, 0, new(300, 39_400, 300), default, default, 0), new() { Accept = TestKind.Superior }, Start, Start.AddDays(2)).Accepted);

    [Fact]
    public void Shadow_OfNumbers_IsJudgedByLosses()
    {
        var losses = Moments.Of([.. Enumerable.Range(0, 5_000).Select(row => 0.1 + Math.Sin(row))]);
        Assert.Equal(ComparisonVerdict.Better, ShadowJudge.Judge(new(0, 0, default, losses, default, 0), new() { Margin = 0.05 }, Start, Start.AddDays(2)).Verdict);
    }

    [Fact]
    public void Tally_MergedOfParts_GivesTheEvidenceOfTheWhole()
    {
        var (one, other) = (new ShadowTally(90, 10, new(5, 60, 3), default, default, 1), new ShadowTally(80, 20, new(2, 30, 4), default, default, 9));
        var evidence = one.Merge(other).Evidence(new(), Start, Start.AddDays(2));
        Assert.Equal((0.85, 200L), (evidence.Figures["shadow.agreement"].Value, evidence.Figures["shadow.agreement"].Count));
        Assert.Equal(0, evidence.Figures["shadow.correct.difference"].Value);
        Assert.Equal(10 / 210.0, evidence.Figures["shadow.dropped"].Value);
        Assert.All(evidence.Figures.Keys, name => Assert.Null(EvidenceCatalogue.Problem(name)));
    }

    [Theory]
    [InlineData(500, 700, true)]
    [InlineData(500, 505, false)]
    public void Ab_AtItsEnd_IsDecidedByTheInterval(long champion, long candidate, bool accepted)
    {
        var release = new ReleasePolicy { Strategy = ReleaseStrategy.Ab, Trial = new() { Outcome = "click" } };
        Assert.Null(TrialJudge.Judge(new(champion, 4_500), new(candidate, 4_500), release, TimeSpan.FromDays(6)).Accepted);
        Assert.Equal(accepted, TrialJudge.Judge(new(champion, 4_500), new(candidate, 4_500), release, TimeSpan.FromDays(7)).Accepted);
    }

    [Fact]
    public void Ab_OfAWorseCandidate_EndsEarly()
    {
        var judgement = TrialJudge.Judge(new(700, 4_300), new(400, 4_600), new() { Strategy = ReleaseStrategy.Ab, Trial = new() { Outcome = "click" } }, TimeSpan.FromDays(1));
        Assert.Equal((ComparisonVerdict.Worse, false), (judgement.Verdict, judgement.Accepted));
        Assert.StartsWith("By click the candidate is worse: 400 of 5000 against 700 of 5000", judgement.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Bandit_OfABetterCandidate_EndsEarly() =>
        Assert.True(TrialJudge.Judge(new(100, 900), new(900, 4_100), new() { Strategy = ReleaseStrategy.Bandit, Trial = new() { Outcome = "click" } }, TimeSpan.FromDays(1)).Accepted);

    [Fact]
    public void Thompson_Sampling_FollowsWhatIsProbableWithinTheFloor()
    {
        var trial = new TrialPolicy();
        Assert.Equal(0.5, ThompsonSampling.Share(new(0, 0), new(0, 0), trial, 1), 0.03);
        // P(Beta(21, 81) > Beta(11, 91)) by numerical integration.
        Assert.Equal(0.9752, ThompsonSampling.Share(new(10, 90), new(20, 80), trial with { Floor = 0.001 }, 1), 0.01);
        Assert.Equal(0.9, ThompsonSampling.Share(new(10, 990), new(200, 800), trial, 1));
        Assert.Equal(ThompsonSampling.Share(new(10, 90), new(12, 88), trial, 7), ThompsonSampling.Share(new(10, 90), new(12, 88), trial, 7));
    }
}
