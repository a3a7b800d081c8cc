using System.Net;
using System.Text.Json;
using Serverless.Core.Monitoring;
using Serverless.Testing;

namespace Serverless.App.Tests.Monitoring;

/// <summary>Who changed webhooks and silences, and who took an alert: in the trail, on a storage of their own.</summary>
public sealed class SettingsAuditTests : IAsyncLifetime
{
    private readonly AzuriteFixture azurite = new();
    private Suite suite = null!;

    public async ValueTask InitializeAsync()
    {
        await azurite.InitializeAsync();
        suite = new(azurite);
        await suite.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await suite.DisposeAsync();
        await azurite.DisposeAsync();
    }

    [Fact]
    public async Task WebhooksAndSilences_AreInTheTrail_WithoutSecrets_AndItsChainsHold()
    {
        var hook = new { url = "https://hooks.example/services/T0/the-token", secret = "a secret of enough letters" };
        await suite.SendAsync(HttpMethod.Put, "/webhooks/pager", hook, HttpStatusCode.Created);
        var rows = new Azure.Data.Tables.TableServiceClient(azurite.ConnectionString).GetTableClient("alertsettings").Query<Azure.Data.Tables.TableEntity>().Select(row => row.GetString("json")).ToArray();
        Assert.Contains(rows, json => json?.Contains("sealed:v1:", StringComparison.Ordinal) == true);
        Assert.DoesNotContain(rows, json => json?.Contains("a secret of", StringComparison.Ordinal) == true);
        Assert.DoesNotContain("sealed", (await suite.GetAsync("/webhooks/pager")).GetRawText(), StringComparison.Ordinal);
        await suite.SendAsync(HttpMethod.Put, "/webhooks/pager", hook with { url = "https://hooks.example/services/T0/another" }, HttpStatusCode.OK);
        await suite.SendAsync(HttpMethod.Delete, "/webhooks/pager", null, HttpStatusCode.NoContent);
        await suite.SendAsync(HttpMethod.Put, "/silences/night", new { reason = "Nobody is here.", model = "iris", @for = "PT4H" }, HttpStatusCode.Created);
        await suite.SendAsync(HttpMethod.Delete, "/silences/night", null, HttpStatusCode.NoContent);

        var told = await suite.GetAsync("/audit");
        Assert.DoesNotContain("the-token", told.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("a secret of", told.GetRawText(), StringComparison.Ordinal);
        var entries = told.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("entry")).Reverse().ToArray();
        Assert.Equal(
            ["WebhookSet webhooks/pager", "WebhookSet webhooks/pager", "WebhookRemoved webhooks/pager", "SilenceSet silences/night", "SilenceWithdrawn silences/night"],
            entries.Select(entry => $"{entry.GetProperty("action").GetString()} {entry.GetProperty("subject").GetString()}"));
        Assert.All(entries, entry => Assert.NotEmpty(entry.GetProperty("actor").GetString()!));
        Assert.NotEqual(entries[1].GetProperty("before").GetProperty("urlHash").GetString(), entries[1].GetProperty("after").GetProperty("urlHash").GetString());
        Assert.Equal("Nobody is here.", entries[4].GetProperty("before").GetProperty("reason").GetString());
        var verdict = await suite.GetAsync("/audit/verify");
        Assert.Equal((true, 2, 3), (verdict.GetProperty("valid").GetBoolean(), verdict.GetProperty("silences").GetProperty("entries").GetInt32(), verdict.GetProperty("webhooks").GetProperty("entries").GetInt32()));
        Assert.Empty((await suite.GetAsync("/webhooks")).GetProperty("items").EnumerateArray());
        Assert.Empty((await suite.GetAsync("/silences")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task AnEntryThatWasEdited_IsFound()
    {
        await suite.SendAsync(HttpMethod.Put, "/silences/night", new { reason = "Nobody is here.", model = "iris", @for = "PT4H" }, HttpStatusCode.Created);
        var table = new Azure.Data.Tables.TableServiceClient(azurite.ConnectionString).GetTableClient("alertsettings");
        var row = table.Query<Azure.Data.Tables.TableEntity>(row => row.PartitionKey == "silence" && row.RowKey.CompareTo("|audit|") > 0 && row.RowKey.CompareTo("|audit}") < 0).Single();
        row["json"] = row.GetString("json").Replace("Nobody", "Somebody", StringComparison.Ordinal);
        await table.UpdateEntityAsync(row, Azure.ETag.All, cancellationToken: TestContext.Current.CancellationToken);
        var verdict = await suite.GetAsync("/audit/verify");
        Assert.False(verdict.GetProperty("valid").GetBoolean());
        Assert.Contains("it was edited", verdict.GetProperty("silences").GetProperty("problem").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAlertThatIsTaken_IsInTheModelsTrail()
    {
        using var registered = await suite.RegisterAsync("iris", "elec2_rf50");
        await using var scan = new AlertSuite(azurite.ConnectionString);
        var alert = await scan.ObserveAsync("iris", 0, breached: true);
        await suite.SendAsync(HttpMethod.Post, $"/models/iris/alerts/{alert!.Id}/acknowledge", new { comment = "Mine." }, HttpStatusCode.OK);
        await suite.SendAsync(HttpMethod.Post, $"/models/iris/alerts/{alert.Id}/acknowledge", new { comment = "Again." }, HttpStatusCode.OK);
        await suite.SendAsync(HttpMethod.Post, $"/models/iris/alerts/{alert.Id}/silence", new { reason = "Known.", @for = "PT1H" }, HttpStatusCode.Created);
        var taken = Assert.Single(Entries(await suite.GetAsync("/models/iris/audit")), entry => entry.GetProperty("action").GetString() == "AlertAcknowledged");
        Assert.Equal(($"models/iris/alerts/{alert.Id}", "Mine.", nameof(AlertStatus.Acknowledged)), (taken.GetProperty("subject").GetString(), taken.GetProperty("reason").GetString(), taken.GetProperty("after").GetProperty("status").GetString()));
        var silenced = Assert.Single(Entries(await suite.GetAsync("/audit")), entry => entry.GetProperty("action").GetString() == "SilenceSet");
        Assert.Equal("Known.", silenced.GetProperty("after").GetProperty("reason").GetString());
        Assert.True((await suite.GetAsync("/audit/verify")).GetProperty("valid").GetBoolean());
    }

    private static IEnumerable<JsonElement> Entries(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("entry"));
}
