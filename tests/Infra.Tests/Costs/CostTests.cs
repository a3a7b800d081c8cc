using System.Globalization;
using System.Text;
using Serverless.Testing;

namespace Serverless.Infra.Tests.Costs;

/// <summary>The tables of docs/costs.md follow from docs/costs.json, and its measured figures from the pages that they were measured for.</summary>
public sealed class CostTests
{
    private const double SmallGb = 2, LargeGb = 4;

    private static readonly double[] Volumes = [1e6, 10e6, 100e6, 1000e6];

    private static readonly CostInputs Inputs = CostInputs.Read();
    private static readonly CostModel Small = new(Inputs, SmallGb), Large = new(Inputs, LargeGb);

    [Fact]
    public void Quantities_AreWhatTheInputsGive() => AssertStands(Table(
        "| predictions a month | executions | GB-s, evenly spread | GB-s, in bursts | GB-s, background | storage writes | reads | kept, hot GB | cool GB | telemetry GB |",
        volume => $"{volume + Small.BackgroundRuns:N0} | {Small.SpreadGbSeconds(volume):N0} | {Small.BurstGbSeconds(volume):N0} | {Small.BackgroundGbSeconds:N0} | {Small.Transactions(volume).Writes:N0} | {Small.Transactions(volume).Reads:N0} | {Small.Kept(volume).Hot:N2} | {Small.Kept(volume).Cool:N2} | {Small.TelemetryGb(volume):N1}"));

    [Fact]
    public void Costs_AreWhatTheInputsGive() => AssertStands(Table(
        "| predictions a month | on demand, evenly spread | on demand, in bursts | two always ready, 4 GB | storage | telemetry | one VM | two VMs |",
        volume => $"{Small.OnDemand(volume, Small.SpreadGbSeconds(volume)):N2} | {Small.OnDemand(volume, Small.BurstGbSeconds(volume)):N2} | {Large.AlwaysReady(volume, 2):N2} | {Small.Storage(volume):N2} | {Small.Telemetry(volume):N2} | {Small.VirtualMachines(1):N2} | {Small.VirtualMachines(2):N2}"));

    [Fact]
    public void Background_IsWhatSchedulesAndPoliciesGive()
    {
        Assert.Equal(720 + 30 + 43_200 + 43_200 + 3 * 8_640 + 30, Small.TimerRuns);
        AssertStands(string.Create(CultureInfo.InvariantCulture, $"timers run {Small.TimerRuns:N0} times a month, each model adds {Small.RunsPerModel:N0}"));
    }

    [Fact]
    public void BreakEven_IsWhereTheLinesCross() => AssertStands(string.Create(CultureInfo.InvariantCulture,
        $"about {BreakEven(volume => Small.OnDemand(volume, Small.SpreadGbSeconds(volume))) / 1e6:N1} million evenly spread predictions a month, or {BreakEven(volume => Small.OnDemand(volume, Small.BurstGbSeconds(volume))) / 1e6:N0} million in bursts"));

    [Theory]
    [InlineData("infra/decisions/0001-two-hosts.md", "about 840 requests a second on two cores")]
    [InlineData("docs/prediction-log.md", "96 appends, 1 to create the blob, 1 listing and 17 reads to compact it, 1 to write the part, 1 to delete the blob")]
    [InlineData("docs/prediction-log.md", "136 MB fresh for about 7 hours, then 57 MB of Parquet")]
    public void MeasuredFigures_StandWhereTheyWereMeasured(string page, string words) =>
        Assert.Contains(words, File.ReadAllText(Repository.File(page)).ReplaceLineEndings(" "), StringComparison.Ordinal);

    [Fact]
    public void MeasuredFigures_AreThose()
    {
        Assert.Equal(new Measured(840, 96, 3, 18, 0.136, 7, 0.057), Inputs.Measured);
        Assert.True(Inputs.Assumed.MinimumSeconds > 0);
    }

    // The volume at which on demand costs what one virtual machine does: costs grow with volume, so halving finds it.
    private static double BreakEven(Func<double, double> cost)
    {
        var (low, high) = (0.0, Volumes[^1]);
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            if (cost(middle) < Small.VirtualMachines(1)) low = middle;
            else high = middle;
        }
        return low;
    }

    private static string Table(string head, Func<double, FormattableString> row)
    {
        var table = new StringBuilder(head).Append('\n').AppendJoin(' ', Enumerable.Repeat("| ---", head.Count(letter => letter == '|') - 1)).Append(" |");
        foreach (var volume in Volumes) table.Append(CultureInfo.InvariantCulture, $"\n| {volume / 1e6:N0} million | {row(volume).ToString(CultureInfo.InvariantCulture)} |");
        return table.ToString();
    }

    private static void AssertStands(string text) => Assert.True(
        File.ReadAllText(Repository.File("docs", "costs.md")).Contains(text, StringComparison.Ordinal), $"docs/costs.md does not say what docs/costs.json gives:\n{text}");
}
