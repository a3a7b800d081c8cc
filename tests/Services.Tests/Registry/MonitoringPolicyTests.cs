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
        var monitors = Parse("{}").InForce;
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

    [Theory]
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
