using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Statistics;
using Serverless.Services.Registry.Policies;
using Signal = Serverless.Core.Monitoring.Signal;

namespace Serverless.Services.Tests.Registry;

/// <summary>What a policy document says of monitoring, over what an empty one means.</summary>
public sealed class MonitoringPolicyTests
{
    private static MonitoringPolicy Parse(string json) => PolicyDocument.Parse(json, isYaml: false).Policy.Monitoring;

    [Fact]
    public void Parse_AnEmptyDocument_WatchesEverything()
    {
        var policy = Parse("{}");
        Assert.Equal(["slo.availability.page", "slo.availability.ticket"], policy.InForce.Keys.Except(MonitoringPolicy.Defaults.Keys).Order());
        var monitors = policy.InForce.Where(monitor => monitor.Value.Slo is null).ToDictionary();
        Assert.Equal(["data-quality", "feature-drift", "label-drift", "operations", "prediction-drift"], monitors.Keys.Order());
        Assert.Equal(Enum.GetValues<Signal>().Order().ToArray(), monitors.Values.Select(monitor => monitor.Signal!.Value).Order().ToArray());
    }

    [Fact]
    public void Parse_AChangedDefault_KeepsTheRestOfIt()
    {
        var operations = Parse("""{"monitoring":{"monitors":{"operations":{"every":"PT5M","alert":{"breaches":2,"windows":3}}}}}""").InForce["operations"];
        Assert.Equal((Signal.Operations, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(5)), (operations.Signal, operations.Window.Length, operations.Stride));
        Assert.Equal((AlertSeverity.Critical, 2, 3), (operations.Alert.Severity, operations.Alert.Breaches, operations.Alert.Windows));
    }

    [Fact]
    public void Parse_AMonitorTurnedOff_IsNotInForce() =>
        Assert.DoesNotContain("label-drift", Parse("""{"monitoring":{"monitors":{"label-drift":{"enabled":false}}}}""").InForce.Keys);

    [Fact]
    public void Parse_AMonitorOfItsOwn_IsReadWhole()
    {
        var monitor = Parse("""
            {"monitoring":{"monitors":{"by-country":{"signal":"featureDrift","window":{"length":"P7D"},"reference":{"kind":"trailing","windows":4},
            "method":"wasserstein","segments":["country"],"columns":{"age":{"method":"populationStability","relevantEffect":0.2,"weight":3}}}},
            "contract":{"age":{"type":"numeric","minimum":0,"maximum":120,"required":true}}}}
            """);
        Assert.Equal((TimeSpan.FromDays(7), ReferenceKind.Trailing, 4), (monitor.InForce["by-country"].Stride, monitor.InForce["by-country"].Reference.Kind, monitor.InForce["by-country"].Reference.Windows));
        Assert.Equal(new ColumnRule { Method = DriftMethod.PopulationStability, RelevantEffect = 0.2, Weight = 3 }, monitor.InForce["by-country"].Columns["age"]);
        Assert.Equal((0, 120, true), (monitor.Contract["age"].Minimum, monitor.Contract["age"].Maximum, monitor.Contract["age"].Required));
    }

    [Fact]
    public void Parse_AChangedObjective_KeepsTheRestOfIt()
    {
        var slos = Parse("""{"monitoring":{"slos":{"availability":{"objective":0.999,"page":{"every":"PT5M"}},"latency":{"within":"PT0.25S"},"batch":{"kind":"latency","within":"PT5S","ticket":{"rules":[]}}}}}""").SlosInForce;
        Assert.Equal(["availability", "batch", "latency"], slos.Keys.Order());
        Assert.Equal((0.999, TimeSpan.FromDays(30), TimeSpan.FromMinutes(5)), (slos["availability"].Objective, slos["availability"].Window, slos["availability"].Page.Every));
        Assert.Equal(BurnPolicy.PageDefault.Rules, slos["availability"].Page.Rules);
        Assert.Equal((SloKind.Latency, 0.99, TimeSpan.FromMilliseconds(250)), (slos["latency"].Kind, slos["latency"].Objective, slos["latency"].Within));
        Assert.Equal((AlertSeverity.Critical, 0), (slos["batch"].Page.Alert.Severity, slos["batch"].Ticket.Rules.Count));
    }

    [Fact]
    public void Parse_AnObjectiveTurnedOff_HasNoAlerts() =>
        Assert.DoesNotContain("slo.availability.page", Parse("""{"monitoring":{"slos":{"availability":{"enabled":false}}}}""").InForce.Keys);

    [Theory]
    [InlineData("""{"monitoring":{"slos":{"mine":{}}}}""", "/monitoring/slos/mine/kind")]
    [InlineData("""{"monitoring":{"slos":{"availability":{"objective":1}}}}""", "/monitoring/slos/availability/objective")]
    [InlineData("""{"monitoring":{"slos":{"availability":{"within":"PT1S"}}}}""", "/monitoring/slos/availability/within")]
    [InlineData("""{"monitoring":{"slos":{"availability":{"window":"P1Y"}}}}""", "/monitoring/slos/availability/window")]
    [InlineData("""{"monitoring":{"slos":{"availability":{"window":"P200D"}}}}""", "/monitoring/slos/availability/window")]
    [InlineData("""{"monitoring":{"slos":{"availability":{"window":"P1D"}}}}""", "/monitoring/slos/availability/ticket/rules/0/long")]
    [InlineData("""{"monitoring":{"slos":{"availability":{"objective":0.9}}}}""", "/monitoring/slos/availability/page/rules/0/burn")]
    [InlineData("""{"monitoring":{"slos":{"availability":{"page":{"rules":[{"burn":2,"long":"PT5M","short":"PT10M"}]}}}}}""", "/monitoring/slos/availability/page/rules/0/short")]
    [InlineData("""{"monitoring":{"slos":{"availability":{"page":{"every":"PT1S"}}}}}""", "/monitoring/slos/availability/page/every")]
    [InlineData("""{"monitoring":{"slos":{"availability":{"page":{"alert":{"breaches":4,"windows":3}}}}}}""", "/monitoring/slos/availability/page/alert/breaches")]
    [InlineData("""{"monitoring":{"monitors":{"slo.availability.page":{"signal":"operations"}}}}""", "/monitoring/monitors")]
    [InlineData("""{"monitoring":{"monitors":{"mine":{}}}}""", "/monitoring/monitors/mine/signal")]
    [InlineData("""{"monitoring":{"monitors":{"operations":{"signal":"sense"}}}}""", "/monitoring/monitors/operations/signal")]
    [InlineData("""{"monitoring":{"monitors":{"operations":{"window":{"length":"PT1S"}}}}}""", "/monitoring/monitors/operations/window/length")]
    [InlineData("""{"monitoring":{"monitors":{"operations":{"every":"P365D"}}}}""", "/monitoring/monitors/operations/every")]
    [InlineData("""{"monitoring":{"monitors":{"operations":{"delay":"P2D"}}}}""", "/monitoring/monitors/operations/delay")]
    [InlineData("""{"monitoring":{"monitors":{"operations":{"falseAlarmRate":0}}}}""", "/monitoring/monitors/operations/falseAlarmRate")]
    [InlineData("""{"monitoring":{"monitors":{"operations":{"method":"guess"}}}}""", "/monitoring/monitors/operations/method")]
    [InlineData("""{"monitoring":{"monitors":{"operations":{"alert":{"breaches":4,"windows":3}}}}}""", "/monitoring/monitors/operations/alert/breaches")]
    [InlineData("""{"monitoring":{"monitors":{"Not A Name":{"signal":"operations"}}}}""", "/monitoring/monitors")]
    [InlineData("""{"monitoring":{"contract":{"age":{"completeness":2}}}}""", "/monitoring/contract/age/completeness")]
    public void Parse_OfABreach_SaysWhere(string json, string pointer)
    {
        var problem = Assert.Throws<ProblemException>(() => PolicyDocument.Parse(json, isYaml: false));
        Assert.Equal(ProblemKind.InvalidPolicy, problem.Kind);
        Assert.Contains(pointer, problem.Message, StringComparison.Ordinal);
    }
}
