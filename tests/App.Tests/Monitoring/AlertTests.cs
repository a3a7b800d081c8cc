using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.Testing;

namespace Serverless.App.Tests.Monitoring;

/// <summary>Alerts end to end, on a storage of their own: another test's application would work the queues off.</summary>
public sealed class AlertTests : IAsyncLifetime
{
    private const string Secret = "a secret of enough letters";
    private readonly AzuriteFixture azurite = new();

    public ValueTask InitializeAsync() => azurite.InitializeAsync();

    public ValueTask DisposeAsync() => azurite.DisposeAsync();

    [Fact]
    public async Task Alert_FromBreachToEnd_OverHttp()
    {
        await using var hook = await Hook.StartAsync();
        hook.Failures = 2;
        await using var topic = await Topic.StartAsync(Topic.Manner.Accept);
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString, AlertSuite.Settings(topic.Settings));
        await using var scan = new AlertSuite(azurite.ConnectionString);
        await PutAsync(app, "/webhooks/pager", new { url = hook.Address + "/", secret = Secret, models = new[] { "iris" } }, HttpStatusCode.Created);
        Assert.DoesNotContain(Secret, await app.Client.GetStringAsync("/webhooks"), StringComparison.Ordinal);

        var fired = await scan.ObserveAsync("iris", 0, breached: true);
        var step = fired!.History[^1].Id;
        await SuiteCalls.UntilAsync("the webhook is told", async () => (await ShownAsync(app, fired.Id)).GetProperty("deliveries").EnumerateArray().Any(one => one.GetProperty("status").GetString() == "delivered"));
        await SuiteCalls.UntilAsync("the topic is told", () => Task.FromResult(topic.Arrived.ContainsKey(step)));
        Assert.All(hook.Calls, call => Assert.Equal(step.ToString(), call.Id));
        Assert.True(hook.Calls.TryPeek(out var call));
        var signed = Encoding.UTF8.GetBytes($"{call.Id}.{call.Timestamp}.").Concat(call.Body).ToArray();
        Assert.Equal("v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), signed)), call.Signature);

        var open = await app.Client.JsonAsync("/alerts?state=firing&model=iris");
        Assert.Equal(fired.Id, open.GetProperty("items")[0].GetProperty("id").GetGuid());
        using var taken = await app.Client.PostAsJsonAsync($"/models/iris/alerts/{fired.Id}/acknowledge", new { comment = "Mine." });
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Empty((await app.Client.JsonAsync("/alerts?state=firing")).GetProperty("items").EnumerateArray());
        await scan.ObserveAsync("iris", 1, breached: false);
        Assert.Equal("resolved", (await ShownAsync(app, fired.Id)).GetProperty("alert").GetProperty("status").GetString());
        await SuiteCalls.UntilAsync("all three steps are told", () => Task.FromResult(hook.Calls.Select(one => one.Id).Distinct().Count() == 3));
        using var again = await app.Client.PostAsJsonAsync($"/models/iris/alerts/{fired.Id}/acknowledge", new { });
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, await app.Client.StatusAsync($"/models/iris/alerts/{Guid.Empty}"));
        Assert.Equal(HttpStatusCode.BadRequest, await app.Client.StatusAsync("/alerts?state=burning"));
    }

    [Fact]
    public async Task Host_KilledWhileItDelivers_IsFollowedByOneThatDelivers()
    {
        await using var hook = await Hook.StartAsync();
        hook.Hangs = true;
        await using var topic = await Topic.StartAsync(Topic.Manner.Accept);
        await using var scan = new AlertSuite(azurite.ConnectionString);
        var settings = AlertSuite.Settings([.. topic.Settings, ("FunctionsHost:QueueLease", "00:00:02"), ("Webhooks:Timeout", "00:00:30")]);
        Guid step;
        await using (var killed = await SuiteCalls.StartAsync(azurite.ConnectionString, settings))
        {
            await PutAsync(killed, "/webhooks/pager", new { url = hook.Address + "/", secret = Secret }, HttpStatusCode.Created);
            step = (await scan.ObserveAsync("killed", 0, breached: true))!.History[^1].Id;
            await SuiteCalls.UntilAsync("the delivery is on its way", () => Task.FromResult(!hook.Calls.IsEmpty));
            killed.Kill();
        }

        hook.Hangs = false;
        var before = hook.Calls.Count;
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString, settings);
        await SuiteCalls.UntilAsync("the next host delivers", () => Task.FromResult(hook.Calls.Count > before));
        await SuiteCalls.UntilAsync("the topic is told", () => Task.FromResult(topic.Arrived.ContainsKey(step)));
        Assert.Equal([step.ToString()], hook.Calls.Select(call => call.Id).Distinct());
        Assert.Single(topic.Arrived.Keys);
    }

    [Fact]
    public async Task Silence_KeepsAnAlertBack_UntilItIsWithdrawn()
    {
        await using var hook = await Hook.StartAsync();
        await using var topic = await Topic.StartAsync(Topic.Manner.Accept);
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString, AlertSuite.Settings(topic.Settings));
        await using var scan = new AlertSuite(azurite.ConnectionString);
        await PutAsync(app, "/webhooks/pager", new { url = hook.Address + "/", secret = Secret }, HttpStatusCode.Created);
        await PutAsync(app, "/silences/night", new { model = "qui*", @for = "PT4H", reason = "Migration." }, HttpStatusCode.Created);
        await PutAsync(app, "/silences/wrong", new { model = "x", @for = "four hours", reason = "?" }, HttpStatusCode.BadRequest);
        var alert = await scan.ObserveAsync("quiet", 0, breached: true);
        var told = await scan.ObserveAsync("loud", 0, breached: true);
        await SuiteCalls.UntilAsync("the other is told", () => Task.FromResult(hook.Calls.Any(call => call.Id == told!.History[^1].Id.ToString())));
        Assert.Equal("night", (await app.Client.JsonAsync($"/models/quiet/alerts/{alert!.Id}")).GetProperty("silencedBy")[0].GetString());
        Assert.DoesNotContain(hook.Calls, call => call.Id == alert.History[^1].Id.ToString());

        using (var gone = await app.Client.DeleteAsync("/silences/night")) Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        await SuiteCalls.UntilAsync("what was kept back is told", () => Task.FromResult(hook.Calls.Any(call => call.Id == alert.History[^1].Id.ToString())));

        using var silence = await app.Client.PostAsJsonAsync($"/models/quiet/alerts/{alert.Id}/silence", new { @for = "PT1H", reason = "Known." });
        Assert.Equal(HttpStatusCode.Created, silence.StatusCode);
        Assert.Equal(("quiet", "drift"), ((await silence.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("model").GetString(), (await app.Client.JsonAsync(silence.Headers.Location!.OriginalString)).GetProperty("monitor").GetString()));
    }

    private static Task<JsonElement> ShownAsync(AppProcess app, Guid alert) => app.Client.JsonAsync($"/models/iris/alerts/{alert}");

    private static async Task PutAsync(AppProcess app, string path, object body, HttpStatusCode expected)
    {
        using var answer = await app.Client.PutAsJsonAsync(path, body);
        Assert.True(answer.StatusCode == expected, $"PUT {path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }
}
