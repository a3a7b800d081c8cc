using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Services.Tests.Monitoring.Alerts;

public sealed class OpenAlertsTests(AzuriteFixture azurite) : AlertsOnAFakeClock(azurite)
{
    private protected override async ValueTask LeaveAsync()
    {
        await foreach (var alert in Rig.Get<OpenAlerts>().ListAsync(null, null, Cancel)) await EndAsync(alert.Model, alert.Monitor);
    }

    [Fact]
    public async Task List_OfOpenAlerts_CostsWhatIsOpen()
    {
        foreach (var monitor in Enumerable.Range(0, 20).Select(number => $"drift-{number}"))
            foreach (var (hour, verdict) in ((int, char)[])[(0, 'x'), (1, '.')]) await Rig.ObserveAsync(AlertServiceTests.Of("busy", hour, verdict, monitor));
        Assert.Equal(20, (await Rig.AlertsAsync("busy")).Count(alert => !alert.Open));
        foreach (var model in (string[])["alert", "iris", "wine"]) await Rig.ObserveAsync(AlertServiceTests.Of(model, 0, 'x'));
        // Once, for what crashes may have left.
        await ListAsync("");
        var requests = new ConcurrentQueue<string>();
        Rig.Kill.Fault = request =>
        {
            requests.Enqueue($"{request.Method} {Uri.UnescapeDataString(request.Uri.PathAndQuery)}");
            return null;
        };
        Assert.Equal(["alert", "iris", "wine"], (await ListAsync("")).Models);
        Rig.Kill.Fault = null;
        Assert.Equal(4, requests.Count);
        Assert.Single(requests, request => request.Contains("PartitionKey eq '|open'", StringComparison.Ordinal));
        Assert.Equal(3, requests.Count(request => request.Contains("/alerts(PartitionKey='", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task List_PagesThroughOpenAlerts_OfOneModelAndOfAll()
    {
        foreach (var model in (string[])["a", "b", "c"])
            foreach (var monitor in (string[])["one", "two"]) await Rig.ObserveAsync(AlertServiceTests.Of(model, 0, 'x', monitor), monitor == "two" ? new() { Breaches = 2, Windows = 3 } : null);
        var seen = new List<string>();
        string? token = null;
        do
        {
            (var models, token) = await ListAsync("?pageSize=1" + (token is null ? "" : $"&pageToken={token}"));
            seen.AddRange(models);
        }
        while (token is not null);
        Assert.Equal(["a", "a", "b", "b", "c", "c"], seen);
        Assert.Equal(["b", "b"], (await ListAsync("?model=b")).Models);
        Assert.Equal(["a", "b", "c"], (await ListAsync("?state=firing")).Models);
        Assert.Equal(["c"], (await ListAsync("?state=pending,acknowledged&model=c")).Models);
        Assert.Empty((await ListAsync("?state=resolved&model=a")).Models);
        Assert.Equal(["a", "a"], (await ListAsync("?state=all&model=a")).Models);
    }

    [Fact]
    public async Task Note_ThatIsTooMuch_IsPassedOver_AndStruckOffOnceItCannotComeTrue()
    {
        var (model, alert) = (ModelName.Parse("stale"), Guid.CreateVersion7(AlertRig.Start));
        var over = await Rig.ObserveAsync(AlertServiceTests.Of("stale", 0, 'x'));
        await EndAsync("stale", "drift");
        await Rig.Get<AlertsTable>().NoteOpenAsync(new(model, alert, Clock.GetUtcNow()), Cancel);
        await Rig.Get<AlertsTable>().NoteOpenAsync(new(model, over!.Id, Clock.GetUtcNow()), Cancel);
        Assert.Empty((await ListAsync("?model=stale")).Models);
        // The first may belong to a transaction that is under way; the second is over for good.
        Assert.Equal([alert], await NotedAsync(model));
        Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Empty((await ListAsync("?model=stale")).Models);
        Assert.Empty(await NotedAsync(model));
    }

    [Theory]
    [InlineData("archived", "{}", true, "The model is archived.")]
    [InlineData("silent", """{"logging":{"mode":"off"}}""", false, "The policy no longer logs predictions.")]
    [InlineData("switched-off", """{"monitoring":{"monitors":{"feature-drift":{"enabled":false}}}}""", false, "The policy no longer has this monitor.")]
    [InlineData("watched", "{}", false, null)]
    public async Task Alert_ThatNobodyWatchesAnyMore_IsOver_AndSaysWhy(string name, string policy, bool archived, string? why)
    {
        var alert = await Rig.ObserveAsync(AlertServiceTests.Of(name, 0, 'x', "feature-drift"));
        // The first reading is that of an instance that has not heard of the latest policy.
        var readings = 0;
        var models = new ModelSnapshots((model, _) => Task.FromResult<ModelSnapshot?>(model.Value == name ? Snapshot(model, readings++ == 0 && why is null ? """{"logging":{"mode":"off"}}""" : policy, archived) : null), Clock);
        var withdrawal = new AlertWithdrawal(Rig.Get<OpenAlerts>(), models, Rig.Get<AlertService>());
        for (var again = 0; again < 2; again++) await withdrawal.RunAsync(Cancel);
        var now = Assert.Single(await Rig.AlertsAsync(name));
        Assert.Equal((alert!.Id, why is null, why), (now.Id, now.Open, now.Open ? null : now.History[^1].Reason));
        Assert.Equal(why is null ? 1 : 2, Receiver.Events.Count(told => told.Subject!.Contains($"/{name}/", StringComparison.Ordinal)));
    }

    private static ModelSnapshot Snapshot(ModelName model, string policy, bool archived) => new(
        model, TaskKind.Other, archived, ImmutableDictionary<AliasName, int>.Empty, ImmutableSortedDictionary<int, ServableVersion>.Empty, PolicyDocument.Parse(policy, isYaml: false).Policy, 1);

    private Task<bool> EndAsync(string model, string monitor) => Rig.Get<AlertService>().WithdrawAsync(ModelName.Parse(model), monitor, "The test is over.", Cancel);

    private async Task<IReadOnlyList<Guid>> NotedAsync(ModelName model) => await Rig.Get<AlertsTable>().OpenAsync(model, null, Cancel).Select(row => row.Alert).ToListAsync(Cancel);

    private async Task<(IReadOnlyList<string> Models, string? Token)> ListAsync(string query)
    {
        var request = Rig.Request();
        request.QueryString = new QueryString(query);
        var answer = new MemoryStream();
        request.HttpContext.Response.Body = answer;
        await (await Rig.Get<AlertReads>().ListAsync(request, Cancel)).ExecuteAsync(request.HttpContext);
        var page = JsonDocument.Parse(answer.ToArray()).RootElement;
        return ([.. page.GetProperty("items").EnumerateArray().Select(alert => alert.GetProperty("model").GetString()!)], page.TryGetProperty("nextPageToken", out var token) ? token.GetString() : null);
    }
}
