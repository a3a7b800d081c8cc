using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Serverless.Testing;

namespace Serverless.App.Tests.Faults;

/// <summary>Two hosts die by SIGKILL in turn, again and again, while rollouts of several models are under way: each ends as it would have, once, and callers notice nothing of it.</summary>
public sealed class KilledRolloutsTests : IAsyncLifetime
{
    private const int Kills = 6;

    // How fast a host answers that has just started beside others is not what is asked here.
    private const string Policy = """
        {"rollout":{
          "validation":{"gates":{"latency":{"enabled":false},"memory":{"enabled":false}}},
          "guardrails":{"latency":{"enabled":false}},
          "shadow":{"enabled":false},
          "release":{"strategy":"linear","stepSize":0.25,"bakingTime":"PT2S","minimumRows":0},
          "watch":"PT1S","retirement":"PT2S"}}
        """;

    private static readonly string[] Models = ["released-one", "released-two", "released-three"];
    private readonly AzuriteFixture azurite = new();
    private readonly Random random = new(6);
    private readonly AppProcess?[] hosts = new AppProcess?[2];
    private readonly ConcurrentDictionary<string, int> answers = new();
    private long looked;

    public ValueTask InitializeAsync() => azurite.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
            if (host is not null) await host.DisposeAsync();
        await azurite.DisposeAsync();
    }

    [Fact]
    public async Task Rollouts_WhoseHostsAreKilledAgainAndAgain_EndOnceEach_AndCallersNoticeNothing()
    {
        await using var topic = await Topic.StartAsync(Topic.Manner.Accept);
        var settings = SuiteCalls.Settings([.. topic.Settings, ("FunctionsHost:QueueLease", "00:00:01"), ("AzureFunctionsJobHost:extensions:queues:maxDequeueCount", "100")]);
        for (var at = 0; at < hosts.Length; at++) hosts[at] = await SuiteCalls.StartAsync(azurite.ConnectionString, settings);
        foreach (var model in Models) await PrepareAsync(hosts[0]!.Client, model);
        var input = await hosts[0]!.Client.InputAsync(Models[0]);
        using var over = new CancellationTokenSource();
        var callers = Models.Select(model => AskAsync(model, input, over.Token)).ToArray();

        await StartAsync(version: 2);
        var underWay = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            await WakeAsync(random.Next(300, 1_200));
            underWay += await IsSettledAsync(version: 2) ? 0 : 1;
            await ReplaceAsync(kill % hosts.Length, settings);
        }

        Assert.True(underWay > 1, $"Rollouts were under way at {underWay} of {Kills} kills.");
        await SettleAsync(version: 2);
        await StartAsync(version: 3);
        await WakeAsync(random.Next(300, 1_200));
        await ReplaceAsync(0, settings);
        await SettleAsync(version: 3);
        await over.CancelAsync();
        await Task.WhenAll(callers);

        Assert.All(answers.Keys, answer => Assert.Contains(answer, new[] { "1", "2", "3" }));
        Assert.Equal(3, answers.Count);
        foreach (var model in Models) await AssertToldAsync(model, topic);
        TestContext.Current.SendDiagnosticMessage($"{answers.Values.Sum()} answers over {Kills + 1} kills, {underWay + 1} of them while rollouts were under way.");
    }

    private static async Task PrepareAsync(HttpClient client, string model)
    {
        for (var version = 1; version <= 3; version++)
        {
            var (status, body) = await client.RegisterAsync(model, SuiteCalls.Onnx(Files.Variant("iris_lr", $"{model} {version}")));
            Assert.True(status == HttpStatusCode.Created, body.GetRawText());
        }

        using var policy = await client.PutAsync($"/models/{model}/policy", new StringContent(Policy, System.Text.Encoding.UTF8, "application/json"));
        Assert.True(policy.StatusCode == HttpStatusCode.OK, await policy.Content.ReadAsStringAsync());
    }

    private async Task StartAsync(int version)
    {
        foreach (var model in Models)
        {
            using var started = await hosts[0]!.Client.PostAsJsonAsync($"/models/{model}/rollouts", new { version });
            Assert.True(started.StatusCode == HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync());
        }
    }

    /// <summary>Has hosts look for a while, as the timer does, only more often.</summary>
    private async Task WakeAsync(int milliseconds)
    {
        var (clock, start) = (TimeProvider.System, TimeProvider.System.GetTimestamp());
        do
        {
            await LookAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(50), clock, TestContext.Current.CancellationToken);
        }
        while (clock.GetElapsedTime(start) < TimeSpan.FromMilliseconds(milliseconds));
    }

    // Now and then: each asks for every model, and what is asked for must be worked off, too.
    private async Task LookAsync()
    {
        if (TimeProvider.System.GetElapsedTime(looked) < TimeSpan.FromMilliseconds(300)) return;
        looked = TimeProvider.System.GetTimestamp();
        using var woken = await hosts[random.Next(hosts.Length)]!.Client.PostAsJsonAsync("/admin/functions/AdvanceRollouts", new { input = "" });
        Assert.Equal(HttpStatusCode.Accepted, woken.StatusCode);
    }

    private async Task ReplaceAsync(int at, Dictionary<string, string> settings)
    {
        var dying = hosts[at]!;
        // Callers are sent to the other one; those who are with it notice.
        Volatile.Write(ref hosts[at], hosts[1 - at]);
        dying.Kill();
        await dying.DisposeAsync();
        var next = await SuiteCalls.StartAsync(azurite.ConnectionString, settings);
        Volatile.Write(ref hosts[at], next);
    }

    private Task SettleAsync(int version) => SuiteCalls.UntilAsync($"version {version} is champion everywhere and settled", async () =>
    {
        await LookAsync();
        return await IsSettledAsync(version);
    });

    private async Task<bool> IsSettledAsync(int version)
    {
        foreach (var model in Models)
        {
            var rollout = await hosts[0]!.Client.JsonAsync($"/models/{model}/rollout");
            Assert.Equal(version, rollout.GetProperty("version").GetInt32());
            Assert.False(rollout.TryGetProperty("ended", out var ended), $"{model}: {ended}");
            // After the last move there is none to come: promoted, watched, and the former champion let go.
            if (Story(await EntriesAsync(model), version).Count(at => at.StartsWith("champion", StringComparison.Ordinal)) < 3) return false;
        }

        return true;
    }

    private async Task AskAsync(string model, string input, CancellationToken over)
    {
        for (var at = 0; !over.IsCancellationRequested; at++)
        {
            var host = Volatile.Read(ref hosts[at % hosts.Length])!;
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
                var (status, version) = await host.Client.InferAsync(model, input);
                answers.AddOrUpdate(status == HttpStatusCode.OK ? version! : $"{status} {version}", 1, (_, times) => times + 1);
            }
            catch (Exception) when (Volatile.Read(ref hosts[0]) != host && Volatile.Read(ref hosts[1]) != host)
            {
                // It has been killed: a caller asks the other one.
            }
        }
    }

    /// <summary>Each rollout came to each stage and step once, in order, and the topic has heard of all.</summary>
    private async Task AssertToldAsync(string model, Topic topic)
    {
        var client = hosts[0]!.Client;
        await client.AssertAuditAsync(model);
        var entries = await EntriesAsync(model);
        foreach (var version in new[] { 2, 3 })
            Assert.Equal(["registered 0", "validating 0", "validated 0", "canary 0", "canary 1", "canary 2", "champion 2", "champion 2", "champion 2"], Story(entries, version));
        Assert.Equal([1, 2, 3], entries.Where(entry => entry.GetProperty("subject").GetString()!.EndsWith("/aliases/champion", StringComparison.Ordinal)).Select(entry => entry.GetProperty("after").GetProperty("version").GetInt32()));
        Assert.Equal("3", (await client.InferAsync(model, await client.InputAsync(model))).Version);
        var ids = entries.Select(entry => entry.GetProperty("id").GetGuid()).ToArray();
        await SuiteCalls.UntilAsync("every event has arrived", () => Task.FromResult(ids.All(topic.Arrived.ContainsKey)));
    }

    private async Task<JsonElement[]> EntriesAsync(string model) =>
        [.. (await hosts[0]!.Client.JsonAsync($"/models/{model}/audit?pageSize=100")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("entry"))];

    private static IEnumerable<string> Story(JsonElement[] entries, int version) =>
        from entry in entries
        let action = entry.GetProperty("action").GetString()!
        where action is "RolloutStarted" or "RolloutMoved" or "RolloutPromoted" or "RolloutRejected" or "RolloutRolledBack" or "RolloutRetired"
        let after = entry.GetProperty("after")
        where after.GetProperty("version").GetInt32() == version
        select $"{after.GetProperty("stage").GetString()} {after.GetProperty("step").GetInt32()}";
}
