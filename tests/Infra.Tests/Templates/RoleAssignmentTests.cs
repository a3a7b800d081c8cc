using System.Text.Json;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Services.Events;
using Serverless.Services.Registry;
using Serverless.Testing;

namespace Serverless.Infra.Tests.Templates;

/// <summary>Identities may do what the code does, and no more; all of it is said in one file.</summary>
public sealed class RoleAssignmentTests(Snapshots snapshots)
{
    private const string Assignment = "Microsoft.Authorization/roleAssignments";

    private static readonly Dictionary<string, string> RoleNames = new()
    {
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "Storage Blob Data Contributor",
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Storage Queue Data Contributor",
        ["c6a89b2d-59bc-44d0-9896-0f6e12d7b80a"] = "Storage Queue Data Message Sender",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
        ["d5a91429-5739-47e2-a06b-3470a27159e7"] = "EventGrid Data Sender",
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "Key Vault Secrets User",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher",
    };

    /// <summary>What each client of the suite's needs, and where.</summary>
    private static readonly Dictionary<Type, string> Needs = new()
    {
        [typeof(BlobServiceClient)] = "app: Storage Blob Data Owner on storageAccounts",
        [typeof(QueueServiceClient)] = "app: Storage Queue Data Contributor on storageAccounts",
        [typeof(TableServiceClient)] = "app: Storage Table Data Contributor on storageAccounts",
        [typeof(EventPublisher)] = "app: EventGrid Data Sender on topics",
    };

    [Fact]
    public void Prod_AssignsWhatTheCodeNeeds() => AssertAssigned(snapshots.Prod, OfTheCode().Concat(OfTheTemplate()));

    [Fact]
    public void Closed_LetsTheTopicWriteToTheEventQueues_Besides() => AssertAssigned(snapshots.Closed, OfTheCode().Concat(OfTheTemplate())
        .Concat(snapshots.ToQueues.Of("Microsoft.EventGrid/topics/eventSubscriptions").Select(one => $"topic: Storage Queue Data Message Sender on queues/{Snapshot.NameOf(one)}")));

    [Fact]
    public void Assignments_StandInOneFile() => Assert.Equal(["rbac.bicep"], Directory.EnumerateFiles(Repository.File("infra"), "*.bicep", SearchOption.AllDirectories)
        .Where(file => File.ReadAllText(file).Contains(Assignment, StringComparison.Ordinal)).Select(file => Path.GetFileName(file)));

    // The clients that the suite registers.
    private static IEnumerable<string> OfTheCode()
    {
        var services = new ServiceCollection();
        services.AddRegistry(new ConfigurationBuilder().Build());
        Assert.All(Needs.Keys, client => Assert.Contains(services, service => service.ServiceType == client));
        return services.Select(service => service.ServiceType).Where(Needs.ContainsKey).Select(client => Needs[client]);
    }

    // Settings that name secrets, metrics by Entra ID, and what Event Grid gives up.
    private static IEnumerable<string> OfTheTemplate() =>
        ["app: Key Vault Secrets User on vaults", "app: Monitoring Metrics Publisher on components", "topic: Storage Blob Data Contributor on containers/event-dead-letters"];

    private static void AssertAssigned(Snapshot snapshot, IEnumerable<string> expected) =>
        Assert.Equal(expected.Order(StringComparer.Ordinal), snapshot.Of(Assignment).Select(Describe).Order(StringComparer.Ordinal));

    private static string Describe(JsonElement assignment)
    {
        var (properties, scope) = (assignment.GetProperty("properties"), assignment.GetProperty("id").GetString()!.Split("/providers/Microsoft.Authorization/")[0].Split('/'));
        var who = properties.GetProperty("principalId").GetString()!.Contains("userAssignedIdentities/id-", StringComparison.Ordinal) ? "app" : "topic";
        var where = scope[^2] is "containers" or "queues" ? $"{scope[^2]}/{scope[^1]}" : scope[^2];
        return $"{who}: {RoleNames[properties.GetProperty("roleDefinitionId").GetString()!.Split('/')[^1]]} on {where}";
    }
}
