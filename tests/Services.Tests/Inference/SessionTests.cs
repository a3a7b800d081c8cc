using System.Net;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Sessions;
using Serverless.Services.Registry;
using Serverless.Testing;

namespace Serverless.Services.Tests.Inference;

public sealed class SessionTests
{
    private const string One = """{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[1]}]}""";

    [Fact]
    public async Task Sessions_AskedForByManyAtOnce_AreLoadedOnce()
    {
        await using var serving = new Serving();
        var fetches = 0;
        serving.Fetching = _ => Task.FromResult(Interlocked.Increment(ref fetches));
        serving.Register("m", TinyOnnx.Plus(1));
        var replies = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => serving.InferAsync("m", One))));
        Assert.All(replies, reply => Assert.Equal(HttpStatusCode.OK, reply.Status));
        Assert.Equal(1, fetches);
        Assert.Equal(1, serving.Get<SessionCache>().Count);
    }

    [Fact]
    public async Task Sessions_OfOneFileUnderTwoPolicies_AreTwo()
    {
        await using var serving = new Serving();
        serving.Register("one", TinyOnnx.Plus(1));
        serving.Register("two", TinyOnnx.Plus(1), policy: new() { Runtime = new() { Arena = false, GraphOptimization = GraphOptimization.None, InterOpThreads = 2 } });
        await serving.InferAsync("one", One);
        Assert.Equal(2f, Value(await serving.InferAsync("two", One)));
        Assert.Equal(2, serving.Get<SessionCache>().Count);
    }

    [Fact]
    public async Task Sessions_BeyondTheBudget_EvictTheOneUsedLongestAgo()
    {
        await using var serving = new Serving(settings: Budget(2));
        foreach (var name in (string[])["a", "b", "c"]) serving.Register(name, Padded(name[0]));
        await serving.InferAsync("a", One);
        await serving.InferAsync("b", One);
        await serving.InferAsync("a", One);
        await serving.InferAsync("c", One);
        var cache = serving.Get<SessionCache>();
        Assert.Equal(2, cache.Count);
        var fetched = new List<Digest>();
        serving.Fetching = digest =>
        {
            fetched.Add(digest);
            return Task.CompletedTask;
        };
        Assert.True(await IsLoadedAsync(serving, "a"));
        Assert.False(await IsLoadedAsync(serving, "b"));
        Assert.True(await IsLoadedAsync(serving, "c"));
    }

    [Fact]
    public async Task Sessions_LargerThanTheBudget_AreRefused()
    {
        await using var serving = new Serving(settings: Budget(0.5));
        serving.Register("m", Padded('m'));
        var reply = await serving.InferAsync("m", One);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.Status);
        Assert.Contains("MiB", reply.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_EvictedUnderLoad_FailNoRequest()
    {
        await using var serving = new Serving(settings: Budget(2));
        string[] names = ["a", "b", "c", "d"];
        foreach (var name in names) serving.Register(name, Padded(name[0]));
        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            var all = new List<HttpStatusCode>();
            for (var request = 0; request < 100; request++) all.Add((await serving.InferAsync(names[random.Next(names.Length)], One)).Status);
            return all;
        })));
        // Three loads at once may find no room: that is a clear refusal to come again, never a crash or a wrong answer.
        Assert.All(replies.SelectMany(one => one), status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable));
        Assert.InRange(replies.SelectMany(one => one).Count(status => status == HttpStatusCode.OK), 1, 400);
        Assert.InRange(serving.Get<SessionCache>().Count, 1, 2);
    }

    [Fact]
    public async Task Sessions_ThatFailToLoad_AreTriedAgainOnlyAfterAWhile()
    {
        var clock = new FakeTimeProvider();
        await using var serving = new Serving(clock);
        var fetches = 0;
        serving.Fetching = _ => Interlocked.Increment(ref fetches) < 3 ? throw new IOException("storage is away") : Task.CompletedTask;
        serving.Register("m", TinyOnnx.Plus(1));
        for (var request = 0; request < 5; request++)
        {
            var refused = await serving.InferAsync("m", One);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
            Assert.Equal("1", refused.Headers.RetryAfter);
        }
        Assert.Equal(1, fetches);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("2", (await serving.InferAsync("m", One)).Headers.RetryAfter);
        clock.Advance(TimeSpan.FromSeconds(1));
        await serving.InferAsync("m", One);
        Assert.Equal(2, fetches);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await serving.InferAsync("m", One)).Status);
    }

    [Fact]
    public async Task Sessions_OfAFileThatIsNoModel_SaySo()
    {
        await using var serving = new Serving();
        var good = serving.Register("m", TinyOnnx.Plus(1));
        var bad = Digest.Of(System.Security.Cryptography.SHA256.HashData("nonsense"u8));
        serving.Change("m", old => new(old.Name, old.Task, false, old.Aliases, old.Versions.SetItem(1, good with { Artifact = bad }), old.Policy, 0));
        serving.Hold(bad, "nonsense"u8.ToArray());
        var reply = await serving.InferAsync("m", One);
        Assert.Equal(HttpStatusCode.Conflict, reply.Status);
        Assert.Contains("does not load", reply.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Champion_WhileItLoads_IsAnsweredByItsPredecessor()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        Assert.Equal((2f, "1"), Answer(await serving.InferAsync("m", One)));
        var loading = new TaskCompletionSource();
        serving.Fetching = _ => loading.Task;
        serving.Register("m", TinyOnnx.Plus(10));
        serving.Promote("m", 2);
        for (var request = 0; request < 3; request++) Assert.Equal((2f, "1"), Answer(await serving.InferAsync("m", One)));
        var named = serving.InferAsync("m", One, "2");
        Assert.False(named.IsCompleted);
        loading.SetResult();
        Assert.Equal((11f, "2"), Answer(await named));
        Assert.Equal((11f, "2"), Answer(await serving.InferAsync("m", One)));
        Assert.Equal((2f, "1"), Answer(await serving.InferAsync("m", One, "1")));
    }

    [Fact]
    public async Task WarmVersions_OfAModelThatIsRouted_AreLoadedBeforeAnybodyMeetsThem()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        serving.Register("m", TinyOnnx.Plus(10));
        serving.Register("m", TinyOnnx.Plus(100));
        serving.Change("m", old => old with { Warm = [2, 9] });
        await serving.InferAsync("m", One);
        await LoadsAsync(serving, "m", 2);
        Assert.Equal(2, serving.Get<SessionCache>().Count);
        Assert.Equal((2f, "1"), Answer(await serving.InferAsync("m", One)));
        serving.Change("m", old => new(old.Name, old.Task, false, old.Aliases.SetItem(AliasName.Champion, 2), old.Versions, old.Policy, 0) { Warm = [1] });
        Assert.Equal((11f, "2"), Answer(await serving.InferAsync("m", One)));
    }

    [Fact]
    public async Task WarmVersions_WhenMemoryIsShort_StayWhileOthersGoAndComeBackWhenGone()
    {
        var clock = new FakeTimeProvider();
        await using var serving = new Serving(clock, Budget(3));
        serving.Register("m", Padded('a'));
        serving.Register("m", Padded('b'));
        serving.Change("m", old => old with { Warm = [2] });
        foreach (var name in (string[])["x", "y", "z"]) serving.Register(name, Padded(name[0]));
        await serving.InferAsync("m", One);
        await LoadsAsync(serving, "m", 2);
        foreach (var name in (string[])["x", "y", "z", "x"])
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await serving.InferAsync("m", One);
            clock.Advance(TimeSpan.FromMilliseconds(1));
            await serving.InferAsync(name, One);
        }
        Assert.Equal((true, true), (await IsLoadedAsync(serving, "m", 1), await IsLoadedAsync(serving, "m", 2)));
        // Two models that are used, while nobody asks for this one: it gives way, and comes back with its first request.
        clock.Advance(TimeSpan.FromSeconds(1));
        foreach (var name in (string[])["x", "y", "z"]) await serving.InferAsync(name, One);
        Assert.False(await IsLoadedAsync(serving, "m", 2));
        // Later than they, when it has rested.
        clock.Advance(TimeSpan.FromSeconds(1));
        await serving.InferAsync("m", One);
        await LoadsAsync(serving, "m", 2);
    }

    [Fact]
    public async Task WarmVersion_ThatDoesNotFitBesideTheChampion_IsPreparedAgainMoreAndMoreSeldom()
    {
        var clock = new FakeTimeProvider();
        await using var serving = new Serving(clock, Budget(1));
        var (champion, warm) = (serving.Register("m", Padded('a')), serving.Register("m", Padded('b')));
        var (sessions, loads) = (serving.Get<SessionCache>(), new List<int>());
        for (var second = 0; second < 120; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await serving.InferAsync("m", One);
            Assert.True(await IsLoadedAsync(serving, "m", 1));
            if (!sessions.Prepare(warm, new(warm.Artifact, new()))) continue;
            loads.Add(second);
            await LoadsAsync(serving, "m", 2);
        }
        // After 1 s, 2 s, 4 s, …, each from when it last had to go: which it does at the champion's next request.
        Assert.Equal([0, 2, 5, 10, 19, 36, 69], loads);
        Assert.NotEqual(champion.Artifact, warm.Artifact);
    }

    [Fact]
    public async Task WarmVersion_ThatRests_IsPreparedOnceThereIsMemory()
    {
        var clock = new FakeTimeProvider();
        await using var serving = new Serving(clock, Budget(1));
        serving.Register("m", Padded('a'));
        var warm = serving.Register("m", Padded('b'));
        var small = serving.Register("m", TinyOnnx.Plus(1));
        var sessions = serving.Get<SessionCache>();
        Assert.True(sessions.Prepare(warm, new(warm.Artifact, new())));
        await LoadsAsync(serving, "m", 2);
        await serving.InferAsync("m", One);
        Assert.False(sessions.Prepare(warm, new(warm.Artifact, new())));
        Assert.True(sessions.Prepare(small, new(small.Artifact, new())));
        await LoadsAsync(serving, "m", 3);
        // Whoever asks for it is not kept waiting.
        Assert.Equal("2", Answer(await serving.InferAsync("m", One, "2")).Version);
    }

    [Fact]
    public async Task Champion_SwappedUnderLoad_FailsNoRequest()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        serving.Register("m", TinyOnnx.Plus(10));
        foreach (var version in (string[])["1", "2"]) await serving.InferAsync("m", One, version);
        using var stop = new CancellationTokenSource();
        var workers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            var seen = new HashSet<(float, string)>();
            while (!stop.IsCancellationRequested) seen.Add(Answer(await serving.InferAsync("m", One)));
            return seen;
        })).ToArray();
        for (var swap = 0; swap < 50; swap++)
        {
            serving.Promote("m", swap % 2 == 0 ? 2 : 1);
            await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => serving.InferAsync("m", One)));
        }
        await stop.CancelAsync();
        // Each answer is one version's, with that version's name: nothing failed, nothing was mixed.
        Assert.All((await Task.WhenAll(workers)).SelectMany(seen => seen), answer => Assert.True(answer is (2f, "1") or (11f, "2")));
        Assert.Equal((2f, "1"), Answer(await serving.InferAsync("m", One)));
    }

    private static async Task LoadsAsync(Serving serving, string model, int version)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        while (!await IsLoadedAsync(serving, model, version))
        {
            Assert.True(clock.GetElapsedTime(start) < Patience.Limit, $"Version {version} of {model} was not loaded.");
            await Task.Yield();
        }
    }

    private static async Task<bool> IsLoadedAsync(Serving serving, string model, int version = 1)
    {
        var snapshot = await serving.Get<ModelSnapshots>().GetAsync(ModelName.Parse(model), default);
        var session = serving.Get<SessionCache>().TryEnter(new(snapshot!.Versions[version].Artifact, new()));
        session?.Leave();
        return session is not null;
    }

    private static Dictionary<string, string?> Budget(double models) => new()
    {
        ["Inference:SessionMemoryFactor"] = "1",
        ["Inference:SessionMemoryBytes"] = ((long)(models * Padded('a').Length * 1.01)).ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>Two MiB of a field that no reader knows, so that the budget's smallest value has several models.</summary>
    private static byte[] Padded(char name) => [.. TinyOnnx.Plus(1), .. TinyOnnx.Padding(2 << 20, (byte)name)];

    private static (float Value, string Version) Answer(Reply reply)
    {
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal(reply.Json.GetProperty("model_version").GetString(), reply.Headers["x-model-version"]);
        return (Value(reply), reply.Headers["x-model-version"].ToString());
    }

    private static float Value(Reply reply) => reply.Output("y").GetProperty("data")[0].GetSingle();
}
