using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Infra.Tests.Templates;

/// <summary>Every setting of the template is one that somebody reads, and every setting that the code reads is set or left alone on purpose.</summary>
public sealed partial class SettingsTests(Snapshots snapshots)
{
    /// <summary>What the Functions host reads, or the platform.</summary>
    private static readonly string[] OfTheHost =
    [
        "AzureWebJobsStorage:accountName", "AzureWebJobsStorage:credential", "AzureWebJobsStorage:clientId", "AzureWebJobsDisableHomepage",
        "APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    ];

    /// <summary>What is right on Azure as it comes; or, at the end, what must not be set there.</summary>
    private static readonly string[] LeftAlone =
    [
        "Alerts:Delay", "Alerts:Keep", "Alerts:Lookback", "Outbox:Delay", "Registry:CacheFolder",
        "Inference:CompressFromBytes", "Inference:InlineRun", "Inference:LoadRetry", "Inference:MaxRows", "Inference:SessionMemoryFactor",
        "Inference:ShadowBeside", "Inference:ShadowBytes", "Inference:ShadowCourtesy", "Inference:ShadowPatience", "Inference:ShadowRequests", "Inference:ShadowThreads",
        "PredictionLog:CompactAfter", "PredictionLog:ErasureDelay", "PredictionLog:Grace", "PredictionLog:LedgerFolder", "PredictionLog:MaximumBackoff",
        "PredictionLog:MaximumBlocks", "PredictionLog:MaximumBytes", "PredictionLog:TensorsHeld",
        "Telemetry:MaxSeries", "Telemetry:Metrics", "Telemetry:Refresh", "Tracing:RequestsPerSecond",
        "Webhooks:AllowPrivate", "Webhooks:AllowedHosts", "Webhooks:Attempts", "Webhooks:FirstDelay", "Webhooks:LongestDelay", "Webhooks:Timeout",
        "Access:AdminKey", "EventGrid:TopicKey", "FunctionsHost:KeysEnforced",
    ];

    [Fact]
    public void EverySetting_IsReadBySomebody() => Assert.Empty(Set(snapshots.Prod).Except(Read()).Except(OfTheHost));

    [Fact]
    public void EverySettingThatIsRead_IsSet_OrLeftAloneOnPurpose() => Assert.Empty(Read().Except(Set(snapshots.Prod)).Except(LeftAlone));

    [Fact]
    public void WhatIsLeftAlone_IsStillRead_AndNotSet()
    {
        Assert.Empty(LeftAlone.Except(Read()));
        Assert.Empty(LeftAlone.Intersect(Set(snapshots.Prod)));
    }

    [Fact]
    public void Settings_AreTheSameInEveryEnvironment()
    {
        Assert.Equal(Set(snapshots.Prod).Order(StringComparer.Ordinal), Set(snapshots.Dev).Order(StringComparer.Ordinal));
        Assert.Equal(Set(snapshots.Prod).Order(StringComparer.Ordinal), Set(snapshots.Closed).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Secrets_AreOnlyNamed() => Assert.All(
        Settings(snapshots.Prod).Where(setting => setting.Name.EndsWith("Key", StringComparison.Ordinal)),
        setting => Assert.Contains("@Microsoft.KeyVault(SecretUri=", setting.Value.GetString(), StringComparison.Ordinal));

    [Fact]
    public void Shadows_HoldTheInvocation_WhereAnInstanceMayBeFrozen()
    {
        Assert.Equal("true", Value(snapshots.Dev, "Inference__ShadowHoldsInvocation"));
        Assert.Equal("false", Value(snapshots.Prod, "Inference__ShadowHoldsInvocation"));
    }

    [Fact]
    public void Models_MayHoldHalfOfAnInstance()
    {
        foreach (var one in (Snapshot[])[snapshots.Dev, snapshots.Prod])
            Assert.Equal(FunctionAppTests.Scale(one).GetProperty("instanceMemoryMB").GetInt64() << 19, long.Parse(Value(one, "Inference__SessionMemoryBytes"), System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string Value(Snapshot snapshot, string name) => Settings(snapshot).Single(setting => setting.Name == name).Value.GetString()!;

    private static JsonProperty[] Settings(Snapshot snapshot) =>
        [.. snapshot.Of("Microsoft.Web/sites/config").Single(config => Snapshot.NameOf(config) == "appsettings").GetProperty("properties").EnumerateObject()];

    private static string[] Set(Snapshot snapshot) => [.. Settings(snapshot).Select(setting => setting.Name.Replace("__", ":", StringComparison.Ordinal))];

    private static string[] Read() => [.. OfOptions().Concat(OfSources()).Distinct()];

    private static IEnumerable<string> OfOptions() =>
        from type in typeof(StorageNames).Assembly.GetTypes()
        where type.Name.EndsWith("Options", StringComparison.Ordinal)
        let section = type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue()
        where section is not null
        from property in type.GetProperties()
        where property.SetMethod is { IsPublic: true }
        select $"{section}:{property.Name}";

    private static IEnumerable<string> OfSources() =>
        from folder in (string[])["App", "Services"]
        from file in Directory.EnumerateFiles(Repository.File("functions", folder), "*.cs", SearchOption.AllDirectories)
        where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
        from Match match in Reading().Matches(File.ReadAllText(file))
        select match.Groups["key"].Value;

    [GeneratedRegex(@"onfiguration(?:\[|\.GetValue(?:<\w+>)?\()""(?<key>[A-Za-z]+:[A-Za-z]+)""")]
    private static partial Regex Reading();
}
