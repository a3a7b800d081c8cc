using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Core.Statistics;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.Services.Tests.Rollout.Live;

/// <summary>What a release's evidence says is what a plain computation over the same rows says.</summary>
public sealed class ReleaseEvidenceTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const double Hours = 3;
    private static readonly RolloutPolicy Policy = new() { Release = new() { StepSize = 0.25, Strategy = ReleaseStrategy.Linear, Trial = new() { Outcome = "click" } } };

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public async Task Release_OfACanary_EveryFigureIsThatOfAPlainComputation(int seed, bool compacted)
    {
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString);
        var traffic = new ReleaseTraffic(new Random(seed), 900, 0, Hours);
        await rig.LabelAsync(traffic.Stated.Take(100));
        await rig.WriteAsync(traffic.Rows.Concat(Strangers()), compacted);
        await rig.LabelAsync(traffic.Stated);
        await rig.LabelAsync(traffic.Correct());
        await rig.OutcomesAsync(traffic.Outcomes);

        var state = rig.State(RolloutStage.Canary) with { Step = 1 };
        var found = await rig.Live.ReleaseAsync(state, Policy, default);
        Assert.Equal((1, 0.5, Hours * 60), (found.Figures["release.step"].Value, found.Figures["release.share"].Value, found.Figures["release.minutes"].Value));
        Check(found, traffic, Side(traffic, LiveRig.Candidate), Side(traffic, LiveRig.Champion));

        var counts = await rig.Live.TrialAsync(state, Policy, default);
        Assert.Equal((Arm(traffic, LiveRig.Champion), Arm(traffic, LiveRig.Candidate)), (counts.Champion, counts.Candidate));
    }

    [Fact]
    public async Task Release_ThatIsWatched_ComparesWithTheFormerChampionsTimeBefore()
    {
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString);
        var before = new ReleaseTraffic(new Random(5), 400, -Hours, 0);
        var after = new ReleaseTraffic(new Random(6), 400, 0, Hours);
        var (former, now) = (Side(before, LiveRig.Champion), Side(after, LiveRig.Candidate).Select(row => row with { Variant = "champion" }).ToList());
        var tooEarly = former.Take(50).Select(row => row with { Id = LiveRig.Id(-Hours * 3_600_000 - 1 - row.Id.Milliseconds % 1000) }).ToList();
        await rig.WriteAsync(former.Concat(now).Concat(tooEarly).DistinctBy(row => row.Id), compacted: true);
        foreach (var traffic in new[] { before, after })
        {
            await rig.LabelAsync(traffic.Stated);
            await rig.OutcomesAsync(traffic.Outcomes);
        }
        var found = await rig.Live.ReleaseAsync(rig.State(RolloutStage.Champion), Policy, default);
        Assert.Equal(1, found.Figures["release.share"].Value);
        Check(found, before.With(after), now, former);
    }

    [Fact]
    public async Task Release_OfNumbers_ComparesErrorsOfLabelsAndMeansOfOutcomes()
    {
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString, TaskKind.Regression);
        var random = new Random(3);
        var rows = Enumerable.Range(0, 240).Select(at => new LiveRow(LiveRig.Id(at * 40_000), 1 + at % 2, at % 2 == 0 ? "champion" : "canary", 200) { Value = (float)random.NextDouble() }).ToList();
        var (labels, sales) = (rows.ToDictionary(row => row.Id, _ => random.NextDouble()), rows.ToDictionary(row => row.Id, _ => random.NextDouble() * 100));
        await rig.WriteAsync(rows);
        await rig.LabelAsync(labels.Select(label => (label.Key, (object)label.Value, LiveRig.Start)));
        await rig.OutcomesAsync(sales.Select(sale => (sale.Key, "net-sales", (object)sale.Value)));
        var found = await rig.Live.ReleaseAsync(rig.State(RolloutStage.Canary), Policy, default);
        double[] Of(int version, Func<LiveRow, double> figure) => [.. rows.Where(row => row.Version == version).Select(figure)];
        CheckMeans(found, "performance.mae", Of(2, row => Math.Abs(row.Value - labels[row.Id])), Of(1, row => Math.Abs(row.Value - labels[row.Id])));
        var (now, usual) = (Of(2, row => sales[row.Id]), Of(1, row => sales[row.Id]));
        CheckMeans(found, "outcome.\"net-sales\".mean", now, usual);
        Same(WelchT.Difference(usual, now, 0.95), Mirrored(found.Figures["outcome.\"net-sales\".uplift"].Interval));
        Same(WelchT.Difference(Of(1, row => Math.Abs(row.Value - labels[row.Id])), Of(2, row => Math.Abs(row.Value - labels[row.Id])), 0.95), found.Figures["performance.mae.difference"].Interval);
        Assert.False(found.Figures.ContainsKey("performance.accuracy"));
    }

    [Fact]
    public async Task Release_WithoutAnyRow_SaysOnlyHowFarItIs()
    {
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString);
        var found = await rig.Live.ReleaseAsync(rig.State(RolloutStage.Canary), Policy, default);
        Assert.Equal(["release.minutes", "release.rows", "release.share", "release.step"], found.Figures.Keys);
        Assert.Equal(0, found.Figures["release.rows"].Value);
        Assert.Empty((await rig.Live.ReleaseAsync(rig.State(RolloutStage.Shadowing), Policy, default)).Figures);
        Assert.Equal(default, (await rig.Live.TrialAsync(rig.State(RolloutStage.Canary), Policy, default)).Candidate);
    }

    [Theory]
    [InlineData(TaskKind.MulticlassClassification)]
    [InlineData(TaskKind.Other)]
    public async Task Evidence_OfAModelWhoseTaskNobodySaid_ReadsItsOutputsByTheirForms(TaskKind task)
    {
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString, task);
        var traffic = new ReleaseTraffic(new Random(9), 200, 0, Hours);
        await rig.WriteAsync(traffic.Rows);
        await rig.LabelAsync(traffic.Stated);
        var found = await rig.Live.ReleaseAsync(rig.State(RolloutStage.Canary), Policy, default);
        Rates(found, "performance.accuracy", "performance.accuracy.difference", Right(traffic, Side(traffic, LiveRig.Candidate)), Right(traffic, Side(traffic, LiveRig.Champion)));
    }

    [Fact]
    public async Task Evidence_OfAModelWhoseAnswersAreNotLogged_IsOfRequestsAndOutcomesAlone()
    {
        string[] outputs = ["label", "probabilities", "class_label", "probability"];
        var hidden = new LoggingPolicy { Features = outputs.ToDictionary(output => LogColumns.Output + output, _ => new Serverless.Core.Registry.FeatureRule(FeatureRuleKind.Drop)) };
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString, logging: hidden);
        var traffic = new ReleaseTraffic(new Random(9), 200, 0, Hours);
        var shadows = Side(traffic, LiveRig.Champion).Where(row => row.Status == 200).Select(row => row with { Version = LiveRig.Candidate, Variant = "shadow" }).ToList();
        await rig.WriteAsync(traffic.Rows.Concat(shadows));
        await rig.LabelAsync(traffic.Stated);
        await rig.OutcomesAsync(traffic.Outcomes);
        var found = await rig.Live.ReleaseAsync(rig.State(RolloutStage.Canary), Policy, default);
        Rates(found, "errors.rate", "errors.rate.difference", Failures(Side(traffic, LiveRig.Candidate)), Failures(Side(traffic, LiveRig.Champion)));
        Rates(found, "outcome.click.rate", "outcome.click.uplift", Clicks(traffic, Side(traffic, LiveRig.Candidate)), Clicks(traffic, Side(traffic, LiveRig.Champion)));
        Assert.DoesNotContain(found.Figures.Keys, name => name.Contains("performance", StringComparison.Ordinal) || name.Contains("fairness", StringComparison.Ordinal) || name.Contains("drift", StringComparison.Ordinal));
        var beside = await rig.Live.ShadowAsync(rig.State(RolloutStage.Shadowing), Policy, default);
        Assert.Equal((0, 0, 0), (beside.Tally.Rows, beside.Tally.Labelled, beside.Tally.Dropped));
        Assert.Equal(shadows.Count(row => row.Id.Row == 0), beside.Evidence.Figures["shadow.errors.rate"].Count);
    }

    [Fact]
    public async Task Release_OfFewRequests_LeavesOutPercentilesThatTheyDoNotTell()
    {
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString);
        await rig.WriteAsync(Enumerable.Range(0, 99).SelectMany(at => new[]
        {
            new LiveRow(LiveRig.Id(at * 1000), LiveRig.Champion, "champion", 200) { Class = "yes", Value = 0.75, Total = 100 },
            new LiveRow(LiveRig.Id(at * 1000 + 1), LiveRig.Candidate, "canary", at < 19 ? 200 : 400) { Class = "yes", Value = 0.75, Total = 200 },
        }));
        var found = await rig.Live.ReleaseAsync(rig.State(RolloutStage.Canary), Policy, default);
        Assert.Equal(["latency.p50", "latency.p50.ratio"], found.Figures.Keys.Where(name => name.StartsWith("latency", StringComparison.Ordinal)));
        Assert.Equal((2.0, 19, 0.0), (found.Figures["latency.p50.ratio"].Value, found.Figures["latency.p50.ratio"].Count, found.Figures["errors.rate"].Value));
        Assert.True(found.Figures.ContainsKey("champion.latency.p95") && !found.Figures.ContainsKey("champion.latency.p99"));
    }

    [Fact]
    public async Task Names_OfAllEvidence_AreInTheCatalogue()
    {
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString);
        var traffic = new ReleaseTraffic(new Random(8), 300, 0, Hours);
        await rig.WriteAsync(traffic.Rows);
        await rig.LabelAsync(traffic.Stated);
        await rig.OutcomesAsync(traffic.Outcomes);
        var found = await rig.Live.ReleaseAsync(rig.State(RolloutStage.Canary), Policy, default);
        Assert.True(found.Figures.Count > 50);
        Assert.All(found.Figures.Keys, name => Assert.Null(EvidenceCatalogue.Problem(name)));
    }

    private static List<LiveRow> Side(ReleaseTraffic traffic, int version) => [.. traffic.Rows.Where(row => row.Version == version && row.Variant is not "shadow" and not "named")];

    private static ArmCounts Arm(ReleaseTraffic traffic, int version)
    {
        var ids = Side(traffic, version).Select(row => row.Id).ToHashSet();
        var clicks = traffic.Outcomes.Where(outcome => outcome.Name == "click" && ids.Contains(outcome.Id)).ToList();
        return new(clicks.Count(click => (double)click.Value == 1), clicks.Count(click => (double)click.Value == 0));
    }

    // What the candidate says in the shadow or when it is named, and what came before the step.
    private static IEnumerable<LiveRow> Strangers()
    {
        foreach (var (version, variant, at) in new[] { (2, "shadow", 1.5), (2, "named", 2.5), (1, "named", 3.5), (2, "canary", -1000.0), (1, "champion", -1000.0) })
            yield return new(LiveRig.Id(at), version, variant, 500) { Total = 9_000_000 };
    }

    private static void Check(Evidence found, ReleaseTraffic traffic, List<LiveRow> candidate, List<LiveRow> champion)
    {
        Assert.Equal(candidate.Count(row => row.Status == 200), found.Figures["release.rows"].Value);
        Operations(found, "", candidate);
        Operations(found, "champion.", champion);
        Rates(found, "errors.rate", "errors.rate.difference", Failures(candidate), Failures(champion));
        Rates(found, "performance.accuracy", "performance.accuracy.difference", Right(traffic, candidate), Right(traffic, champion));
        Assert.Equal(F1(traffic, candidate)!.Value, found.Figures["performance.f1"].Value!.Value, 12);
        Assert.Equal(F1(traffic, candidate)!.Value - F1(traffic, champion)!.Value, found.Figures["performance.f1.difference"].Value!.Value, 12);
        Rates(found, "outcome.click.rate", "outcome.click.uplift", Clicks(traffic, candidate), Clicks(traffic, champion));
        CheckMeans(found, "outcome.sales.mean", Sales(traffic, candidate), Sales(traffic, champion));
        Fairness(found, traffic, candidate);
        double[] Scores(List<LiveRow> rows) => [.. rows.Where(row => row.Status == 200).Select(row => row.Value)];
        Assert.Equal(Plain.Distance(Scores(champion), Scores(candidate)), found.Figures["drift.prediction"].Value!.Value, 12);
    }

    private static void Operations(Evidence found, string prefix, List<LiveRow> rows)
    {
        var answered = rows.Where(row => row is { Id.Row: 0, Status: 200 }).Select(row => row.Total).ToList();
        foreach (var (name, share) in new[] { ("p50", 0.5), ("p95", 0.95), ("p99", 0.99) })
        {
            var exact = Plain.Quantile(answered, share) / 1e6;
            Assert.Equal(exact, found.Figures[$"{prefix}latency.{name}"].Value!.Value, exact / 200);
        }
    }

    private static (long, long) Failures(List<LiveRow> rows) =>
        (rows.Count(row => row is { Id.Row: 0, Status: >= 500 or 429 }), rows.Count(row => row.Id.Row == 0));

    private static (long, long) Right(ReleaseTraffic traffic, List<LiveRow> rows)
    {
        var labelled = rows.Where(row => row.Status == 200 && traffic.Labels.ContainsKey(row.Id)).ToList();
        return (labelled.Count(row => row.Class == traffic.Labels[row.Id]), labelled.Count);
    }

    private static double? F1(ReleaseTraffic traffic, List<LiveRow> rows) => Cells(traffic, rows.Where(row => row.Status == 200)).FBeta(1);

    private static (long, long) Clicks(ReleaseTraffic traffic, List<LiveRow> rows) => (Of(traffic, rows, "click").Count(value => value == 1), Of(traffic, rows, "click").Count());

    private static double[] Sales(ReleaseTraffic traffic, List<LiveRow> rows) => [.. Of(traffic, rows, "sales")];

    private static IEnumerable<double> Of(ReleaseTraffic traffic, List<LiveRow> rows, string name)
    {
        var said = traffic.Outcomes.Where(outcome => outcome.Name == name).ToDictionary(outcome => outcome.Id, outcome => (double)outcome.Value);
        return rows.Where(row => said.ContainsKey(row.Id)).Select(row => said[row.Id]);
    }

    private static BinaryConfusion Cells(ReleaseTraffic traffic, IEnumerable<LiveRow> rows)
    {
        var labelled = rows.Where(row => traffic.Labels.ContainsKey(row.Id)).ToList();
        return BinaryConfusion.From([.. labelled.Select(row => traffic.Labels[row.Id] == "yes")], [.. labelled.Select(row => row.Class == "yes" ? 1.0 : 0)], 0.5);
    }

    private static void Fairness(Evidence found, ReleaseTraffic traffic, List<LiveRow> rows)
    {
        var groups = rows.Where(row => row.Status == 200).GroupBy(row => row.Segment).ToList();
        var rates = groups.Select(group => group.Average(row => row.Class == "yes" ? 1.0 : 0)).ToList();
        var hits = groups.Select(group => Cells(traffic, group).Recall!.Value).ToList();
        Assert.Equal(rates.Max() - rates.Min(), found.Figures["fairness.sex.demographic_parity_difference"].Value!.Value, 12);
        Assert.Equal(rates.Min() / rates.Max(), found.Figures["fairness.worst.demographic_parity_ratio"].Value!.Value, 12);
        Assert.Equal(hits.Max() - hits.Min(), found.Figures["fairness.sex.equal_opportunity_difference"].Value!.Value, 12);
        Assert.Equal(groups.Min(group => group.Count()), found.Figures["fairness.sex.smallest"].Value);
    }

    private static void Rates(Evidence found, string name, string difference, (long Part, long Whole) candidate, (long Part, long Whole) champion)
    {
        foreach (var (figure, (part, whole)) in new[] { (name, candidate), ($"champion.{name}", champion) })
        {
            Assert.Equal(((double)part / whole, whole), (found.Figures[figure].Value, found.Figures[figure].Count));
            Assert.Equal(Intervals.Wilson(part, whole, 0.95), found.Figures[figure].Interval);
        }
        Assert.Equal((double)candidate.Part / candidate.Whole - (double)champion.Part / champion.Whole, found.Figures[difference].Value);
        Assert.Equal(TwoProportions.Difference(candidate.Part, candidate.Whole, champion.Part, champion.Whole, 0.95), found.Figures[difference].Interval);
    }

    private static void CheckMeans(Evidence found, string name, double[] candidate, double[] champion)
    {
        foreach (var (figure, values) in new[] { (name, candidate), ($"champion.{name}", champion) })
        {
            var expected = Intervals.Mean(values, [], 0.95);
            Assert.Equal(expected.Value!.Value, found.Figures[figure].Value!.Value, 9);
            Same(expected.Interval, found.Figures[figure].Interval);
        }
    }

    private static ConfidenceInterval? Mirrored(ConfidenceInterval? interval) => interval is { } range ? range with { Low = -range.High, High = -range.Low } : null;

    private static void Same(ConfidenceInterval? expected, ConfidenceInterval? actual)
    {
        Assert.Equal(expected!.Value.Low, actual!.Value.Low, 9);
        Assert.Equal(expected.Value.High, actual.Value.High, 9);
    }
}
