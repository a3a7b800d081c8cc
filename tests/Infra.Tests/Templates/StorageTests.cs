using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Storage;

namespace Serverless.Infra.Tests.Templates;

/// <summary>The account has what the code uses, and nothing else.</summary>
public sealed class StorageTests(Snapshots snapshots)
{
    private const string Account = "Microsoft.Storage/storageAccounts";

    // Where the app's code lies, and what Event Grid gives up: neither is the suite's to name.
    private static readonly string[] OfThePlatform = ["app-package", "event-dead-letters"];

    [Fact]
    public void Tables_AreTheCodes() => AssertSame(Named("Table"), snapshots.Prod.Names(Account + "/tableServices/tables"));

    [Fact]
    public void Containers_AreTheCodes() => AssertSame(Named("Container").Concat(OfThePlatform), snapshots.Prod.Names(Account + "/blobServices/containers"));

    [Fact]
    public void Queues_AreTheCodes() => AssertSame(Named("Queue"), snapshots.Prod.Names(Account + "/queueServices/queues"));

    [Fact]
    public void Queues_AreThoseThatFunctionsWaitFor() => AssertSame(
        Functions.With<QueueTriggerAttribute>().Select(function => function.Trigger.QueueName), snapshots.Prod.Names(Account + "/queueServices/queues"));

    [Fact]
    public void Names_AreTheSameInEveryEnvironment()
    {
        foreach (var kind in (string[])["/tableServices/tables", "/blobServices/containers", "/queueServices/queues"])
            foreach (var other in (Snapshot[])[snapshots.Dev, snapshots.Closed]) AssertSame(snapshots.Prod.Names(Account + kind), other.Names(Account + kind));
    }

    [Fact]
    public void LifecycleRules_SpeakOfPathsThatTheCodeWrites()
    {
        var containers = snapshots.Prod.Names(Account + "/blobServices/containers").ToArray();
        var rules = snapshots.Prod.The(Account + "/managementPolicies").GetProperty("properties").GetProperty("policy").GetProperty("rules").EnumerateArray()
            .ToDictionary(rule => rule.GetProperty("name").GetString()!, rule => rule.GetProperty("definition").GetProperty("filters").GetProperty("prefixMatch").EnumerateArray().Single().GetString()!);
        Assert.Equal($"{StorageNames.ArtifactsContainer}/{StorageNames.StagingPrefix}", rules["uploads-nobody-registered"]);
        Assert.Equal($"{StorageNames.ReportsContainer}/", rules["reports-to-cool"]);
        Assert.All(rules.Values, prefix => Assert.Contains(prefix.Split('/')[0], containers));
        // What a model's policy decides, no rule decides.
        Assert.DoesNotContain(rules.Values, prefix => prefix.Split('/')[0] is PredictionPaths.Container or PredictionPaths.LabelsContainer or PredictionPaths.OutcomesContainer);
    }

    [Fact]
    public void Account_TakesNoKeys_AndShowsNothingToStrangers()
    {
        foreach (var one in (Snapshot[])[snapshots.Dev, snapshots.Prod, snapshots.Closed])
        {
            var account = one.The(Account).GetProperty("properties");
            Assert.False(account.GetProperty("allowSharedKeyAccess").GetBoolean());
            Assert.False(account.GetProperty("allowBlobPublicAccess").GetBoolean());
            Assert.Equal(one == snapshots.Closed ? "Deny" : "Allow", account.GetProperty("networkAcls").GetProperty("defaultAction").GetString());
        }
    }

    private static IEnumerable<string> Named(string kind) =>
        from type in (Type[])[typeof(StorageNames), typeof(PredictionPaths)]
        from field in type.GetFields(BindingFlags.Public | BindingFlags.Static)
        where field.IsLiteral && field.Name.EndsWith(kind, StringComparison.Ordinal)
        select (string)field.GetRawConstantValue()!;

    private static void AssertSame(IEnumerable<string> code, IEnumerable<string> template) => Assert.Equal(code.Order(StringComparer.Ordinal), template.Order(StringComparer.Ordinal));
}
