using Serverless.App.Tests.Faults;
using Serverless.Testing;

namespace Serverless.App.Tests.Rollout;

/// <summary>Experiments on callers, over HTTP: who meets whom, what comes of it is told late, and the outcome decides.</summary>
public sealed class TrialRolloutTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const int People = 120;
    private AppProcess app = null!;

    public async ValueTask InitializeAsync() => app = await SuiteCalls.StartAsync(azurite.ConnectionString);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task Ab_OfABetterCandidate_IsDecidedAtItsEndAlone_AndPromotes()
    {
        var census = await StartAsync("adult_champion", "adult_better", new { strategy = "ab", trial = new { outcome = "right", minimumRows = 1_000, duration = "PT1M" } });
        var begun = await MetAsync(census);
        await census.ReplayAsync(13_000, 20);
        // People are halved, stay where they are, and each is told who answers.
        var who = await WhoAsync(census);
        Assert.Equal(who, await WhoAsync(census));
        Assert.InRange(who.Count(one => one.Value == "challenger"), People / 4, People * 3 / 4);
        Assert.Equal(["challenger", "champion"], who.Values.Distinct().Order());
        await census.OutcomeAsync("right", (earns, said) => earns == said);
        await census.ReachAsync("champion");
        var decided = await census.ExplainAsync("trial", "proceed");
        Assert.Matches("^By right the candidate is better: [0-9]+ of [0-9]+ against ", decided.GetProperty("words").GetString());
        Assert.True(decided.GetProperty("time").GetDateTimeOffset() >= begun.GetProperty("entered").GetProperty("canary").GetDateTimeOffset().AddMinutes(1), decided.GetRawText());
        Assert.Equal(2, await census.ChampionAsync());
        await SuiteCalls.UntilAsync("everybody meets the new champion", async () => (await census.AskAsync("person 0", [Census.Rows[0]])) is (null, "2"));
        await census.AuditAsync();
    }

    [Fact]
    public async Task Ab_OfAWorseCandidate_EndsLongBeforeItsTime_AndCallersGoBack()
    {
        var census = await StartAsync("adult_champion", "adult_worse", new { strategy = "ab", trial = new { outcome = "found", minimumRows = 200, duration = "P7D" } });
        await MetAsync(census);
        await census.ReplayAsync(8_000, 20);
        await census.OutcomeAsync("found", (earns, said) => earns ? said : null);
        var ended = await census.ReachAsync("rolledBack");
        Assert.StartsWith("By found the candidate is worse: ", (await census.ExplainAsync("trial", "stop")).GetProperty("words").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("By found the candidate is worse: ", ended.GetProperty("ended").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, await census.ChampionAsync());
        await SuiteCalls.UntilAsync("nobody meets the challenger", async () => (await WhoAsync(census)).Values.All(variant => variant is null));
        await census.AuditAsync();
    }

    [Fact]
    public async Task Bandit_OfABetterCandidate_GivesItMoreCallersWhoStay_AndPromotes()
    {
        var census = await StartAsync("adult_worse", "adult_champion", new { strategy = "bandit", trial = new { outcome = "found", minimumRows = 600, every = "PT10S", duration = "P7D", floor = 0.1 } });
        var share = (await MetAsync(census)).GetProperty("step").GetProperty("share").GetDouble();
        await census.ReplayAsync(3_000, 20);
        var before = await WhoAsync(census);
        await census.OutcomeAsync("found", (earns, said) => earns ? said : null);
        var drawn = await census.ReachAsync("the split is drawn anew", rollout => CensusModel.Stage(rollout) == "canary" && rollout.GetProperty("step").GetProperty("share").GetDouble() > share);
        Assert.InRange(drawn.GetProperty("step").GetProperty("share").GetDouble(), share, 0.9);
        // A larger share only adds keys.
        await SuiteCalls.UntilAsync("more people meet the challenger", async () => Challenged(await WhoAsync(census)).Count > Challenged(before).Count);
        Assert.Superset(Challenged(before), Challenged(await WhoAsync(census)));
        var audit = (await census.GetAsync("/audit?pageSize=200")).GetProperty("items").EnumerateArray();
        Assert.Contains(audit, entry => entry.GetProperty("entry").TryGetProperty("reason", out var reason) && reason.GetString()?.StartsWith("Drawing 1: ", StringComparison.Ordinal) == true);

        for (var round = 0; round < 3; round++) await census.ReplayAsync(13_000, 20, $"round {round}");
        await census.OutcomeAsync("found", (earns, said) => earns ? said : null);
        await census.ReachAsync("champion");
        Assert.StartsWith("By found the candidate is better: ", (await census.ExplainAsync("trial", "proceed")).GetProperty("words").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, await census.ChampionAsync());
        await census.AuditAsync();
    }

    [Fact]
    public async Task Bandit_OfAWorseCandidate_IsStopped()
    {
        var census = await StartAsync("adult_champion", "adult_worse", new { strategy = "bandit", trial = new { outcome = "found", minimumRows = 100, every = "PT10S", duration = "P7D" } });
        await MetAsync(census);
        await census.ReplayAsync(8_000, 20);
        await census.OutcomeAsync("found", (earns, said) => earns ? said : null);
        await census.ReachAsync("rolledBack");
        Assert.StartsWith("By found the candidate is worse: ", (await census.ExplainAsync("trial", "stop")).GetProperty("words").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, await census.ChampionAsync());
        await census.AuditAsync();
    }

    // What this machine is busy with is no property of a model.
    private async Task<CensusModel> StartAsync(string champion, string challenger, object release)
    {
        var census = new CensusModel(app);
        await census.RegisterAsync(champion, challenger);
        await census.PolicyAsync(new { validation = new { enabled = false }, shadow = new { enabled = false }, release, guardrails = new { latency = new { enabled = false } }, watch = "PT1S", retirement = "PT2S" });
        await census.StartAsync(2);
        return census;
    }

    private static async Task<System.Text.Json.JsonElement> MetAsync(CensusModel census)
    {
        var begun = await census.ReachAsync("canary");
        await SuiteCalls.UntilAsync("the challenger meets callers", async () => Challenged(await WhoAsync(census)).Count > 0);
        return begun;
    }

    private static Task<Dictionary<string, string?>> WhoAsync(CensusModel census) => census.WhoAsync(People);

    private static HashSet<string> Challenged(Dictionary<string, string?> who) => [.. who.Where(one => one.Value == "challenger").Select(one => one.Key)];
}
