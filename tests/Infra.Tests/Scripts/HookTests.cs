using System.Text.Json;

namespace Serverless.Infra.Tests.Scripts;

/// <summary>azd's hooks, with programs that stand in for <c>az</c> and <c>azd</c>: what they ask for, and that asking twice makes nothing twice.</summary>
public sealed class HookTests
{
    private const string Client = "11111111-1111-1111-1111-111111111111", Object = "22222222-2222-2222-2222-222222222222";

    private static readonly (string, string) Environment = ("AZURE_ENV_NAME", "dev");

    [Fact]
    public async Task Registration_ThatIsNotThere_IsMade_WithTheRoles()
    {
        using var az = new StandIns();
        var (outcome, calls, bodies) = await az.RunAsync("app-registration.sh", [("az ad app create", Client), ("az ad app show", Object)], Environment, ("AUTH_CLIENT_ID", ""), ("AUTH_OBJECT_ID", ""));
        Assert.True(outcome.Code == 0, outcome.Text);
        Assert.Contains("az ad app create --display-name serverless-mlops-dev --sign-in-audience AzureADMyOrg --query appId --output tsv", calls);
        Assert.Contains($"az ad sp create --id {Client} --output none", calls);
        Assert.Contains($"azd env set AUTH_CLIENT_ID {Client}", calls);
        var patches = bodies.Split("\n{\n", StringSplitOptions.RemoveEmptyEntries).Select(body => JsonDocument.Parse("{" + body).RootElement).ToArray();
        Assert.Equal(2, patches.Length);
        Assert.All(patches, patch => Assert.Equal(5, patch.GetProperty("appRoles").GetArrayLength()));
        Assert.Equal($"api://{Client}", patches[0].GetProperty("identifierUris")[0].GetString());
        // The command line is let through to a scope that is there.
        Assert.Equal([0, 1], patches.Select(patch => patch.GetProperty("api").GetProperty("preAuthorizedApplications").GetArrayLength()));
        Assert.Equal(patches[0].GetProperty("api").GetProperty("oauth2PermissionScopes")[0].GetProperty("id").GetString(),
            patches[1].GetProperty("api").GetProperty("preAuthorizedApplications")[0].GetProperty("delegatedPermissionIds")[0].GetString());
    }

    [Fact]
    public async Task Registration_ThatIsThere_IsNotMadeAgain()
    {
        using var az = new StandIns();
        (string, string)[] there = [("az ad app list", Client), ("az ad app show", Object), ("az ad sp list", Object)];
        foreach (var known in (string[])["", Client])
        {
            var (outcome, calls, _) = await az.RunAsync("app-registration.sh", there, Environment, ("AUTH_CLIENT_ID", known), ("AUTH_OBJECT_ID", known.Length > 0 ? Object : ""));
            Assert.True(outcome.Code == 0, outcome.Text);
            Assert.DoesNotContain(calls, call => call.Contains(" create ", StringComparison.Ordinal));
            Assert.Equal(2, calls.Count(call => call.StartsWith("az rest --method PATCH", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Registration_OfSomebodyElse_IsLeftAlone()
    {
        using var az = new StandIns();
        var (outcome, calls, _) = await az.RunAsync("app-registration.sh", [], Environment, ("AUTH_CLIENT_ID", Client), ("AUTH_OBJECT_ID", ""));
        Assert.Equal(0, outcome.Code);
        Assert.Empty(calls);
    }

    [Fact]
    public async Task Subscriptions_WaitForTheFunctions()
    {
        using var az = new StandIns();
        var (outcome, calls, _) = await az.RunAsync("subscribe.sh", [("az functionapp function list", "func/HearRolloutEvent")], Deployed);
        Assert.True(outcome.Code == 0, outcome.Text);
        Assert.Equal(2, calls.Length);
        Assert.Contains("--parameters topicName=topic appName=func storageName=st eventsByQueue=false", calls[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscriptions_OfAnAppWithoutFunctions_Fail()
    {
        using var az = new StandIns();
        var (outcome, calls, _) = await az.RunAsync("subscribe.sh", [], [.. Deployed, ("SUITE_SUBSCRIBE_TRIES", "2"), ("SUITE_SUBSCRIBE_PAUSE", "0")]);
        Assert.Equal(1, outcome.Code);
        Assert.Contains("does not list its functions", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(calls, call => call.StartsWith("az deployment", StringComparison.Ordinal));
    }

    private static (string, string)[] Deployed =>
        [("AZURE_RESOURCE_GROUP", "rg"), ("SUITE_APP_NAME", "func"), ("SUITE_TOPIC_NAME", "topic"), ("SUITE_STORAGE_NAME", "st"), ("SUITE_EVENTS_BY_QUEUE", "false")];
}
