using System.Net;
using Azure.Data.Tables;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Inference.ServiceLevels;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Services.Tests.Inference;

/// <summary>What is counted of requests, and what becomes of it in a real storage. The models' policy logs nothing.</summary>
public sealed class RequestTallyTests(AzuriteFixture azurite) : IAsyncDisposable
{
    private const string One = """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}""";
    private const string Two = """{"inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[1,2]}]}""";
    private static readonly SloPolicy Availability = SloPolicy.Defaults["availability"];
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 11, 58, 30, TimeSpan.Zero);

    private readonly FakeTimeProvider clock = new(Start);
    private readonly ModelName model = ModelName.Parse($"tally-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}");
    private readonly List<Serving> instances = [];

    [Fact]
    public async Task Requests_OfTwoInstances_AddUpOverMinutesAndHours()
    {
        var (one, other) = (Instance(), Instance());
        await AskAsync(one, One, HttpStatusCode.OK, 3);
        await AskAsync(one, Two, HttpStatusCode.InternalServerError, 2);
        await AskAsync(other, One, HttpStatusCode.OK, 4);
        clock.Advance(TimeSpan.FromMinutes(2));
        // In the next hour.
        await AskAsync(other, Two, HttpStatusCode.InternalServerError, 1);
        foreach (var instance in instances) await FlushAsync(instance);
        Assert.Equal(new(10, 3), await CountAsync(Start.AddHours(-1), Start.AddHours(1)));
        Assert.Equal(new(9, 2), await CountAsync(Start.AddHours(-1), Start.AddMinutes(1.5)));
        Assert.Equal(new(1, 1), await CountAsync(Start.AddMinutes(1.5), Start.AddHours(1)));
        Assert.Equal([1], (await ReadAsync()).Versions);
    }

    [Fact]
    public async Task Flush_Again_ChangesNothing()
    {
        var serving = Instance();
        await AskAsync(serving, One, HttpStatusCode.OK, 2);
        await FlushAsync(serving);
        await AskAsync(serving, Two, HttpStatusCode.InternalServerError, 1);
        for (var time = 0; time < 3; time++) await FlushAsync(serving);
        Assert.Equal(new(3, 1), await CountAsync(Start.AddHours(-1), Start.AddHours(1)));
    }

    [Fact]
    public async Task Mistakes_OfCallers_CountForNothing()
    {
        var serving = Instance();
        await AskAsync(serving, "{", HttpStatusCode.BadRequest, 5);
        Assert.Equal(HttpStatusCode.NotFound, (await serving.InferAsync(model.Value, One, "7")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await serving.InferAsync("nobody", One)).Status);
        await FlushAsync(serving);
        Assert.Equal(default, await CountAsync(Start.AddHours(-1), Start.AddHours(1)));
    }

    [Fact]
    public async Task Model_ThatCannotBeLoaded_FailsItsRequests()
    {
        var serving = Instance();
        serving.Fetching = _ => throw new IOException("The artifact is away.");
        await AskAsync(serving, One, HttpStatusCode.ServiceUnavailable, 2);
        await FlushAsync(serving);
        Assert.Equal(new(2, 2), await CountAsync(Start.AddHours(-1), Start.AddHours(1)));
        Assert.Equal(new(2, 2), (await ReadAsync()).Count(Availability, Start.AddHours(-1), Start.AddHours(1), version: 1));
    }

    [Fact]
    public async Task Version_ThatWasNamed_CountsForTheModelAndNotForTheVersion()
    {
        var serving = Instance();
        await AskAsync(serving, One, HttpStatusCode.OK, 2);
        await serving.InferAsync(model.Value, Two, "1");
        await FlushAsync(serving);
        Assert.Equal(new(3, 1), await CountAsync(Start.AddHours(-1), Start.AddHours(1)));
        Assert.Equal(new(2, 0), (await ReadAsync()).Count(Availability, Start.AddHours(-1), Start.AddHours(1), version: 1));
    }

    [Fact]
    public async Task Failure_ThatTheChampionCovered_CountsForTheVersionAndNotForTheModel()
    {
        var serving = new Serving(clock, storage: azurite.ConnectionString);
        instances.Add(serving);
        serving.Register(model.Value, TinyOnnx.Identity(ElementType.Float, -1));
        serving.Register(model.Value, TinyOnnx.OneRow());
        foreach (var version in (string[])["1", "2"]) await serving.InferAsync(model.Value, One, version);
        serving.Change(model.Value, old => old with { Traffic = new("s", TrafficKey.Caller, [new("challenger", 2, 1)], []) });
        await AskAsync(serving, One, HttpStatusCode.OK, 3);
        await AskAsync(serving, Two, HttpStatusCode.OK, 2);
        await FlushAsync(serving);
        // Two named a version.
        Assert.Equal(new(7, 0), await CountAsync(Start.AddHours(-1), Start.AddHours(1)));
        var minutes = await ReadAsync();
        Assert.Equal(new(2, 0), minutes.Count(Availability, Start.AddHours(-1), Start.AddHours(1), version: 1));
        Assert.Equal(new(5, 2), minutes.Count(Availability, Start.AddHours(-1), Start.AddHours(1), version: 2));
    }

    [Fact]
    public async Task Latency_IsHeldAgainstTheBoundInForce()
    {
        var slow = new SloPolicy { Kind = SloKind.Latency, Within = TimeSpan.FromSeconds(1) };
        var serving = Instance();
        Hold(serving, slow);
        await AskAsync(serving, One, HttpStatusCode.OK, 2);
        // While the artifact of a second version is on its way, its caller waits, by this clock.
        serving.Register(model.Value, TinyOnnx.Identity(ElementType.Float, -1));
        Hold(serving, slow);
        serving.Fetching = _ =>
        {
            clock.Advance(TimeSpan.FromSeconds(3));
            return Task.CompletedTask;
        };
        await serving.InferAsync(model.Value, One, "2");
        await FlushAsync(serving);
        var minutes = await ReadAsync();
        Assert.Equal(new(3, 1), minutes.Count(slow, Start.AddHours(-1), Start.AddHours(1)));
        Assert.Equal(default, minutes.Count(slow with { Within = TimeSpan.FromSeconds(2) }, Start.AddHours(-1), Start.AddHours(1)));
    }

    [Fact]
    public async Task Policy_WithoutAnObjective_CountsNothing()
    {
        var serving = Instance();
        serving.Change(model.Value, old => old with { Policy = old.Policy with { Monitoring = new() { Slos = new Dictionary<string, SloPolicy> { ["availability"] = Availability with { Enabled = false } } } } });
        await AskAsync(serving, One, HttpStatusCode.OK, 2);
        await FlushAsync(serving);
        Assert.Equal(default, await CountAsync(Start.AddHours(-1), Start.AddHours(1)));
    }

    [Fact]
    public async Task Trim_LeavesWhatAnObjectiveMayLookAt()
    {
        var table = new RequestsTable(new TableServiceClient(azurite.ConnectionString));
        foreach (var days in (int[])[0, 80, 100, 400]) await table.PutAsync(model, Start.AddDays(-days), "i", "[[1,0,5,1,0]]", default);
        await new RequestHistory(table).TrimAsync(model, Start, default);
        Assert.Equal(new(2, 0), (await new RequestHistory(table).ReadAsync(model, Start.AddDays(-500), Start.AddDays(1), default)).Count(Availability, Start.AddDays(-500), Start.AddDays(1)));
    }

    [Fact]
    public async Task StorageThatIsAway_LosesNothingUntilItIsBack()
    {
        // Nothing listens there.
        var away = new Serving(clock, storage: "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;TableEndpoint=http://127.0.0.1:9/devstoreaccount1;");
        instances.Add(away);
        away.Register(model.Value, TinyOnnx.OneRow());
        await AskAsync(away, One, HttpStatusCode.OK, 2);
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        await Assert.ThrowsAnyAsync<Exception>(() => away.Get<RequestTally>().FlushAsync(impatient.Token));
        var kept = new ModelTally();
        kept.Count(1, TalliedAs.Chosen, 200, TimeSpan.Zero, 60, []);
        var (hour, sum, _) = Assert.Single(kept.Changed());
        Assert.Equal(0, kept.Forget(hour + 1, hour));
        Assert.Single(kept.Changed());
        kept.Stored(hour, sum);
        Assert.Empty(kept.Changed());
        Assert.Equal(0, kept.Forget(hour + 1, hour));
        // What storage would not take is given up at last, and told.
        kept.Count(1, TalliedAs.Chosen, 503, TimeSpan.Zero, 120, []);
        Assert.Equal(1, kept.Forget(hour + 9, hour + 3));
        Assert.Empty(kept.Changed());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in instances) await instance.DisposeAsync();
    }

    private Serving Instance()
    {
        var serving = new Serving(clock, storage: azurite.ConnectionString);
        serving.Register(model.Value, TinyOnnx.OneRow());
        instances.Add(serving);
        return serving;
    }

    private void Hold(Serving serving, SloPolicy slo) =>
        serving.Change(model.Value, old => old with { Policy = old.Policy with { Monitoring = new() { Slos = new Dictionary<string, SloPolicy> { ["slow"] = slo } } } });

    private async Task AskAsync(Serving serving, string body, HttpStatusCode expected, int times)
    {
        for (var time = 0; time < times; time++)
        {
            var reply = await serving.InferAsync(model.Value, body);
            Assert.True(reply.Status == expected, reply.Text);
        }
    }

    private static Task FlushAsync(Serving serving) => serving.Get<RequestTally>().FlushAsync(default);

    private Task<RequestMinutes> ReadAsync() => instances[0].Get<RequestHistory>().ReadAsync(model, Start.AddHours(-2), Start.AddHours(2), default);

    private async Task<LevelCounts> CountAsync(DateTimeOffset from, DateTimeOffset to) => (await ReadAsync()).Count(Availability, from, to);
}
