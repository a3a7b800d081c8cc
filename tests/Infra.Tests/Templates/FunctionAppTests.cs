using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Serverless.App.Access;
using Serverless.Core.Access;
using Serverless.Testing;

namespace Serverless.Infra.Tests.Templates;

/// <summary>The app's size, and who is let through to it.</summary>
public sealed class FunctionAppTests(Snapshots snapshots)
{
    [Fact]
    public void ScalingGroups_AreThePlatforms_OrFunctionsThatAreThere() => Assert.Empty(
        from one in (Snapshot[])[snapshots.Dev, snapshots.Prod]
        from ready in Scale(one).GetProperty("alwaysReady").EnumerateArray()
        let scaling = ready.GetProperty("name").GetString()!
        where scaling != "http" && !Functions.Names.Except(Functions.With<HttpTriggerAttribute>().Select(function => function.Name)).Select(name => $"function:{name}").Contains(scaling)
        select scaling);

    [Fact]
    public void Runtime_IsTheProjects()
    {
        var runtime = Config(snapshots.Prod).GetProperty("runtime");
        Assert.Equal("dotnet-isolated", runtime.GetProperty("name").GetString());
        Assert.Contains($"<TargetFramework>net{runtime.GetProperty("version").GetString()}</TargetFramework>", File.ReadAllText(Repository.File("Directory.Build.props")), StringComparison.Ordinal);
    }

    [Fact]
    public void Code_ComesFromAContainerThatIsThere_ByIdentity()
    {
        var storage = Config(snapshots.Prod).GetProperty("deployment").GetProperty("storage");
        Assert.Equal("UserAssignedIdentity", storage.GetProperty("authentication").GetProperty("type").GetString());
        Assert.Contains(snapshots.Prod.Names("Microsoft.Storage/storageAccounts/blobServices/containers"), name => storage.GetProperty("value").GetString()!.Contains($"'{name}'", StringComparison.Ordinal));
    }

    [Fact]
    public void Updates_Roll() => Assert.Equal("RollingUpdate", Config(snapshots.Prod).GetProperty("siteUpdateStrategy").GetProperty("type").GetString());

    [Fact]
    public void Strangers_AreRefused_ButForWhatTheTableOpensToAll()
    {
        var validation = Authentication(snapshots.Prod).GetProperty("globalValidation");
        Assert.True(validation.GetProperty("requireAuthentication").GetBoolean());
        Assert.Equal("Return401", validation.GetProperty("unauthenticatedClientAction").GetString());
        var open = validation.GetProperty("excludedPaths").EnumerateArray().Select(path => path.GetString()!).ToArray();
        var routes = Functions.With<HttpTriggerAttribute>().Select(function => (Path: "/" + function.Trigger.Route, Open: RoleTable.Needed(function.Name, []) == Role.Open)).ToArray();
        Assert.All(routes, route => Assert.True(route.Open == open.Any(pattern => Covers(pattern, route.Path)), $"{route.Path} is {(route.Open ? "" : "not ")}open to all"));
        Assert.All(open, pattern => Assert.True(pattern.StartsWith("/runtime/webhooks/", StringComparison.Ordinal) || routes.Any(route => Covers(pattern, route.Path)), $"{pattern} is nobody's"));
    }

    [Fact]
    public void AppRoles_AreTheCodes()
    {
        var roles = JsonDocument.Parse(File.ReadAllText(Repository.File("infra", "app-roles.json"))).RootElement.EnumerateArray().ToArray();
        Assert.Equal(Enum.GetNames<Role>().Where(name => name != nameof(Role.Open)).Order(StringComparer.Ordinal), roles.Select(role => role.GetProperty("value").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(roles.Length, roles.Select(role => role.GetProperty("id").GetGuid()).Distinct().Count());
        Assert.All(roles, role => Assert.True(role.GetProperty("isEnabled").GetBoolean()));
    }

    [Fact]
    public void Closed_IsReachedByNobody_ButThroughTheNetwork()
    {
        var app = snapshots.Closed.The("Microsoft.Web/sites").GetProperty("properties");
        Assert.Equal("Disabled", app.GetProperty("publicNetworkAccess").GetString());
        Assert.EndsWith("/subnets/app", app.GetProperty("virtualNetworkSubnetId").GetString(), StringComparison.Ordinal);
        Assert.Equal(["blob", "queue", "sites", "table", "topic", "vault"], snapshots.Closed.Of("Microsoft.Network/privateEndpoints")
            .Select(one => one.GetProperty("properties").GetProperty("privateLinkServiceConnections")[0].GetProperty("properties").GetProperty("groupIds")[0].GetString()!).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(snapshots.Prod.Resources, one => one.GetProperty("type").GetString()!.StartsWith("Microsoft.Network/", StringComparison.Ordinal));
    }

    internal static JsonElement Scale(Snapshot snapshot) => Config(snapshot).GetProperty("scaleAndConcurrency");

    private static JsonElement Config(Snapshot snapshot) => snapshot.The("Microsoft.Web/sites").GetProperty("properties").GetProperty("functionAppConfig");

    private static JsonElement Authentication(Snapshot snapshot) =>
        snapshot.Of("Microsoft.Web/sites/config").Single(config => Snapshot.NameOf(config) == "authsettingsV2").GetProperty("properties");

    private static bool Covers(string pattern, string path) =>
        pattern.EndsWith("/*", StringComparison.Ordinal) ? path.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase) : path.Equals(pattern, StringComparison.OrdinalIgnoreCase);
}
