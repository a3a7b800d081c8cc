using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Core.Statistics;
using Serverless.Services.Predictions;
using Serverless.Services.Rollout;
using Serverless.Testing;

namespace Serverless.Services.Tests.Rollout.Live;

/// <summary>What a shadow's comparison says is what a plain computation over the same rows says.</summary>
public sealed class ShadowEvidenceTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly RolloutPolicy Policy = new();

    [Theory]
    [InlineData(1, false, 1_000_000)]
    [InlineData(2, true, 1_000_000)]
    [InlineData(3, false, 50)]
    [InlineData(4, true, 50)]
    public async Task Shadow_OfClasses_EveryFigureIsThatOfAPlainComputation(int seed, bool compacted, int rowsAtOnce)
    {
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString, rowsAtOnce: rowsAtOnce);
        var random = new Random(seed);
        var (answered, shadows, labels) = Traffic(random, 400);
        // Half of the labels come before the predictions; each of them twice, and every third is corrected.
        var said = labels.Select(label => (label.Key, (object)label.Value, LiveRig.Start.AddDays(1))).ToList();
        await rig.LabelAsync(said.Take(said.Count / 2));
        await rig.WriteAsync(answered.Concat(shadows).Concat(Strangers(answered)), compacted);
        await rig.LabelAsync(said);
        foreach (var id in labels.Keys.Where((_, at) => at % 3 == 0).ToList()) labels[id] = Other(labels[id]);
        await rig.LabelAsync(labels.Where((_, at) => at % 3 == 0).Select(label => (label.Key, (object)label.Value, LiveRig.Start.AddDays(2))));

        var found = await rig.Live.ShadowAsync(rig.State(RolloutStage.Shadowing), Policy, default);
        Check(found, answered, shadows, labels);
    }

    [Fact]
    public async Task Shadow_OfLabelsAsIndicesAndBooleans_AreTheClassesOfTheChampion()
    {
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString);
        var ids = Enumerable.Range(0, 6).Select(at => LiveRig.Id(at * 1000)).ToArray();
        await rig.WriteAsync(ids.SelectMany(id => new[] { Row(id, LiveRig.Champion, "champion", "yes", 0.75), Row(id, LiveRig.Candidate, "shadow", "no", 0.25) }));
        object[] stated = ["yes", 1, true, "no", 0, false];
        await rig.LabelAsync(ids.Zip(stated, (id, label) => (id, label, LiveRig.Start)));
        var found = await rig.Live.ShadowAsync(rig.State(RolloutStage.Shadowing), Policy, default);
        Assert.Equal(new PairedCounts(3, 0, 3), found.Tally.Correct);
        Assert.Equal((0, 6), (found.Tally.Agreed, found.Tally.Differed));
    }

    [Fact]
    public async Task Shadow_OfNumbers_AgreesWithinTheMarginAndComparesLosses()
    {
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString, TaskKind.Regression);
        var (random, policy) = (new Random(7), new RolloutPolicy { Shadow = new() { Margin = 0.5 } });
        var rows = Enumerable.Range(0, 300).Select(at =>
        {
            var (id, usual) = (LiveRig.Id(at * 20_000), (double)(float)random.NextDouble() * 10);
            var now = at % 50 == 0 ? double.NaN : (float)(usual + (random.NextDouble() - 0.5) * 2);
            return (Champion: Row(id, LiveRig.Champion, "champion", null, usual), Candidate: Row(id, LiveRig.Candidate, "shadow", null, now), Label: usual + random.NextDouble());
        }).ToList();
        await rig.WriteAsync(rows.SelectMany(row => new[] { row.Champion, row.Candidate }), compacted: true);
        await rig.LabelAsync(rows.Select(row => (row.Champion.Id, (object)row.Label, LiveRig.Start)));

        var found = await rig.Live.ShadowAsync(rig.State(RolloutStage.Shadowing), policy, default);
        var finite = rows.Where(row => double.IsFinite(row.Candidate.Value)).ToList();
        var alike = finite.Count(row => Math.Abs(row.Champion.Value - row.Candidate.Value) <= 0.5);
        Assert.Equal((alike, rows.Count - alike), (found.Tally.Agreed, found.Tally.Differed));
        Equal(Moments.Of([.. finite.Select(row => Math.Abs(row.Champion.Value - row.Label) - Math.Abs(row.Candidate.Value - row.Label))]), found.Tally.Losses);
        Equal(Moments.Of([.. finite.Select(row => row.Candidate.Value - row.Champion.Value)]), found.Tally.Scores);
        Assert.Equal(0, found.Tally.Correct.Rows);
        Assert.Equal((double)(rows.Count - finite.Count) / rows.Count, found.Evidence.Figures["shadow.errors.rate"].Value);
        Assert.Equal(finite.Count, found.Evidence.Figures["shadow.drift.prediction"].Count);
    }

    [Theory]
    [InlineData(TrafficKey.Caller)]
    [InlineData(TrafficKey.Trace)]
    [InlineData(TrafficKey.Request)]
    public async Task Shadow_OfAShare_TellsByTheKeyWhatWasDropped(TrafficKey key)
    {
        var split = new TrafficSplit("a rollout", key, [], [new(LiveRig.Candidate, 0.4)]);
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString, split: split);
        var answered = Enumerable.Range(0, 200).Select(at => Row(LiveRig.Id(at * 10_000), LiveRig.Champion, "champion", "yes", 0.75) with { Key = $"caller {at % 37}" }).ToList();
        // As TrafficPlan takes keys: the rig's trace is one for all.
        var due = answered.Where(row => split.Follows(split.Shadows[0], key switch
        {
            TrafficKey.Caller => row.Key!,
            TrafficKey.Trace => "4bf92f3577b34da6a3ce929d0e0e4736",
            TrafficKey.Request => row.Id.ToString(),
        })).ToList();
        var told = due.Where((_, at) => at % 4 != 0).ToList();
        await rig.WriteAsync(answered.Concat(told.Select(row => row with { Version = LiveRig.Candidate, Variant = "shadow" })), compacted: true);
        var found = await rig.Live.ShadowAsync(rig.State(RolloutStage.Shadowing), new RolloutPolicy { Shadow = new() { Share = 0.4 } }, default);
        Assert.Equal((told.Count, due.Count - told.Count), (found.Tally.Rows, found.Tally.Dropped));
    }

    [Theory]
    [InlineData(70, 10)]
    [InlineData(95, 0)]
    public async Task Shadow_OfAShareWhoseSplitIsGone_ExpectsTheShareAndNeverLessThanNothing(int told, int dropped)
    {
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString);
        var answered = Enumerable.Range(0, 200).Select(at => Row(LiveRig.Id(at * 10_000), LiveRig.Champion, "champion", "yes", 0.75)).ToList();
        await rig.WriteAsync(answered.Concat(answered.Take(told).Select(row => row with { Version = LiveRig.Candidate, Variant = "shadow" })));
        var found = await rig.Live.ShadowAsync(rig.State(RolloutStage.Shadowing), new RolloutPolicy { Shadow = new() { Share = 0.4 } }, default);
        Assert.Equal((told, dropped), (found.Tally.Rows, found.Tally.Dropped));
    }

    [Fact]
    public async Task Shadow_OfRowsOfTheLastMinute_DoesNotCallThemDropped()
    {
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString);
        await rig.WriteAsync(new[] { 30, 90 }.Select(seconds => Row(LiveRig.Id((3600 * 3 - seconds) * 1000), LiveRig.Champion, "champion", "yes", 0.75)));
        Assert.Equal(1, (await rig.Live.ShadowAsync(rig.State(RolloutStage.Shadowing), Policy, default)).Tally.Dropped);
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, (await rig.Live.ShadowAsync(rig.State(RolloutStage.Shadowing), Policy, default)).Tally.Dropped);
    }

    [Fact]
    public async Task Shadow_WithoutAnyRow_GuessesNothing()
    {
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString);
        foreach (var state in new[] { rig.State(RolloutStage.Shadowing), rig.State(RolloutStage.Shadowing) with { Champion = null }, rig.State(RolloutStage.Shadowing) with { Version = 9 } })
        {
            var found = await rig.Live.ShadowAsync(state, Policy, default);
            Assert.Equal(default, found.Tally);
            Assert.Equal(["shadow.days", "shadow.labelled", "shadow.rows"], found.Evidence.Figures.Keys);
        }
    }

    [Fact]
    public async Task Shadow_LookedAtAgain_ReadsOnlyWhatHasChanged()
    {
        await using var rig = await LiveRig.StartAsync(azurite.ConnectionString);
        var (answered, shadows, labels) = Traffic(new Random(11), 300);
        await rig.WriteAsync(answered.Concat(shadows));
        var state = rig.State(RolloutStage.Shadowing);
        async Task<long> LookAsync()
        {
            var before = rig.Live.Hours.Reads;
            Check(await rig.Live.ShadowAsync(state, Policy, default), answered, shadows, labels);
            return rig.Live.Hours.Reads - before;
        }

        labels.Clear();
        Assert.Equal(4, await LookAsync());
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await LookAsync());
        // A late label, and one that corrects it.
        var late = answered.First(row => row.Status == 200 && shadows.Exists(one => one.Id == row.Id)).Id;
        foreach (var (label, day) in new[] { ("no", 1), ("yes", 2) })
        {
            labels[late] = label;
            await rig.LabelAsync([(late, label, LiveRig.Start.AddDays(day))]);
            Assert.Equal(2, await LookAsync());
        }
        await rig.Log.Compaction().RunAsync(rig.Log.Model, DateTimeOffset.UnixEpoch, default);
        Assert.Equal(4, await LookAsync());
        Assert.Equal(1, await LookAsync());
    }

    // Rows of three hours; some requests of several rows; some that no shadow followed, that it failed, or whose callers named the version.
    private static (List<LiveRow> Answered, List<LiveRow> Shadows, Dictionary<PredictionId, string> Labels) Traffic(Random random, int requests)
    {
        var (answered, shadows, labels) = (new List<LiveRow>(), new List<LiveRow>(), new Dictionary<PredictionId, string>());
        for (var request = 0; request < requests; request++)
        {
            var id = LiveRig.Id(random.NextDouble() * 2.9 * 3_600_000);
            var (named, failed, follows, refused) = (random.Next(20) == 0, random.Next(15) == 0, random.Next(10) > 0, random.Next(25) == 0);
            var (slow, fast) = (random.Next(20, 4_000), random.Next(20, 4_000));
            for (var row = random.Next(1, 4) - 1; row >= 0; row--)
            {
                var (yes, now) = ((double)(float)random.NextDouble(), (double)(float)random.NextDouble());
                answered.Add(Row(id.ForRow(row), LiveRig.Champion, named ? "named" : "champion", yes > 0.5 ? "yes" : "no", yes) with { Compute = fast, Status = refused ? 422 : 200 });
                if (follows && !named && !refused) shadows.Add(Row(id.ForRow(row), LiveRig.Candidate, "shadow", now > 0.5 ? "yes" : "no", now) with { Compute = slow, Status = failed ? 500 : 200 });
                if (random.Next(3) > 0) labels[id.ForRow(row)] = random.Next(2) == 0 ? "yes" : "no";
            }
        }
        return (answered, shadows, labels);
    }

    // Another shadow's rows, rows before the window, and an arm's: none of them is compared.
    private static IEnumerable<LiveRow> Strangers(List<LiveRow> answered)
    {
        var early = LiveRig.Id(-600_000);
        yield return Row(early, LiveRig.Champion, "champion", "yes", 0.75);
        yield return Row(early, LiveRig.Candidate, "shadow", "no", 0.25);
        yield return Row(LiveRig.Id(700_000), LiveRig.Candidate, "canary", "no", 0.25);
        yield return Row(answered[0].Id.ForRow(9), LiveRig.Candidate, "shadow", "no", 0.25);
    }

    private static void Check(ShadowComparison found, List<LiveRow> answered, List<LiveRow> shadows, Dictionary<PredictionId, string> labels)
    {
        var by = shadows.ToDictionary(row => row.Id);
        var due = answered.Where(row => row is { Status: 200, Variant: "champion" }).ToList();
        var pairs = due.Where(row => by.ContainsKey(row.Id)).Select(row => (A: row, B: by[row.Id])).ToList();
        var fine = pairs.Where(pair => pair.B.Status == 200).ToList();
        var judged = pairs.Where(pair => labels.ContainsKey(pair.A.Id)).Select(pair => (Before: pair.A.Class == labels[pair.A.Id], Now: pair.B.Status == 200 && pair.B.Class == labels[pair.A.Id])).ToList();
        var agreed = fine.Count(pair => pair.A.Class == pair.B.Class);
        Assert.Equal((agreed, pairs.Count - agreed, due.Count - pairs.Count), (found.Tally.Agreed, found.Tally.Differed, found.Tally.Dropped));
        Assert.Equal(new PairedCounts(judged.Count(row => row is (false, true)), judged.Count(row => row.Before == row.Now), judged.Count(row => row is (true, false))), found.Tally.Correct);
        Equal(Moments.Of([.. fine.Select(pair => pair.B.Value - pair.A.Value)]), found.Tally.Scores);

        var requests = pairs.Where(pair => pair.A.Id.Row == 0).ToList();
        var both = requests.Where(pair => pair.B.Status == 200).ToList();
        Assert.Equal((double)(requests.Count - both.Count) / requests.Count, found.Evidence.Figures["shadow.errors.rate"].Value);
        foreach (var (name, share) in new[] { ("p50", 0.5), ("p95", 0.95), ("p99", 0.99) })
        {
            var ratio = Plain.Quantile(both.Select(pair => pair.B.Compute), share) / Plain.Quantile(both.Select(pair => pair.A.Compute), share);
            Assert.Equal(ratio, found.Evidence.Figures[$"shadow.latency.{name}.ratio"].Value!.Value, ratio / 100);
        }
        Assert.Equal(Plain.Distance([.. pairs.Select(pair => pair.A.Value)], [.. fine.Select(pair => pair.B.Value)]), found.Evidence.Figures["shadow.drift.prediction"].Value!.Value, 12);
        Assert.Equal((double)agreed / pairs.Count, found.Evidence.Figures["shadow.agreement"].Value);
    }

    private static LiveRow Row(PredictionId id, int version, string variant, string? name, double value) => new(id, version, variant, 200) { Class = name, Value = value };

    private static string Other(string label) => label == "yes" ? "no" : "yes";

    private static void Equal(Moments expected, Moments actual)
    {
        Assert.Equal((expected.Count, expected.Mean), (actual.Count, actual.Mean), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-6);
        Assert.Equal(expected.Variance ?? 0, actual.Variance ?? 0, 6);
    }
}
