using System.Text.Json;
using System.Text.RegularExpressions;
using Serverless.Testing;

namespace Serverless.Infra.Tests.Templates;

/// <summary>What watches the suite watches what is there.</summary>
public sealed partial class MonitoringTests(Snapshots snapshots)
{
    private const string QueryRules = "Microsoft.Insights/scheduledQueryRules", MetricRules = "Microsoft.Insights/metricAlerts";

    [Fact]
    public void Queries_NameFunctionsThatAreThere()
    {
        var named = Queries().SelectMany(query => NamedFunctions().Matches(query)).SelectMany(match => match.Groups["names"].Value.Split(',')).Select(name => name.Trim().Trim('"')).Distinct().ToArray();
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(Functions.Names));
    }

    [Fact]
    public void Queries_ReadTheTablesOfApplicationInsights() =>
        Assert.All(Queries(), query => Assert.Contains(query.Split(['\n', ' '])[0], (string[])["requests", "dependencies", "exceptions", "traces"]));

    [Fact]
    public void Alerts_AreInForce_InProduction()
    {
        foreach (var type in (string[])[QueryRules, MetricRules])
        {
            Assert.All(snapshots.Prod.Of(type), rule => Assert.True(rule.GetProperty("properties").GetProperty("enabled").GetBoolean()));
            Assert.All(snapshots.Dev.Of(type), rule => Assert.False(rule.GetProperty("properties").GetProperty("enabled").GetBoolean()));
        }
    }

    [Fact]
    public void Alerts_TellWhoeverIsNamed()
    {
        var group = snapshots.Closed.The("Microsoft.Insights/actionGroups");
        Assert.Equal("operators@mlops.example", group.GetProperty("properties").GetProperty("emailReceivers")[0].GetProperty("emailAddress").GetString());
        Assert.All(snapshots.Closed.Of(QueryRules), rule => Assert.Equal(group.GetProperty("id").GetString(), rule.GetProperty("properties").GetProperty("actions").GetProperty("actionGroups")[0].GetString()));
        Assert.All(snapshots.Closed.Of(MetricRules), rule => Assert.Equal(group.GetProperty("id").GetString(), rule.GetProperty("properties").GetProperty("actions")[0].GetProperty("actionGroupId").GetString()));
        Assert.Empty(snapshots.Prod.Of("Microsoft.Insights/actionGroups"));
    }

    [Fact]
    public void Telemetry_IsTakenByIdentityOnly() => Assert.True(snapshots.Prod.The("Microsoft.Insights/components").GetProperty("properties").GetProperty("DisableLocalAuth").GetBoolean());

    private IEnumerable<string> Queries() =>
        snapshots.Prod.Of(QueryRules).Select(rule => rule.GetProperty("properties").GetProperty("criteria").GetProperty("allOf")[0].GetProperty("query").GetString()!)
            .Concat(JsonDocument.Parse(File.ReadAllText(Repository.File("infra", "workbook.json"))).RootElement.GetProperty("items").EnumerateArray()
                .Where(item => item.GetProperty("type").GetInt32() == 3).Select(item => item.GetProperty("content").GetProperty("query").GetString()!));

    [GeneratedRegex(@"name in \((?<names>[^)]*)\)")]
    private static partial Regex NamedFunctions();
}
