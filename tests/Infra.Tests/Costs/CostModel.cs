using Microsoft.Azure.Functions.Worker;
using NCrontab;
using Serverless.Core.Monitoring;
using Serverless.Infra.Tests.Templates;

namespace Serverless.Infra.Tests.Costs;

/// <summary>The formulas of docs/costs.md.</summary>
/// <param name="inputs">Prices and figures.</param>
/// <param name="memoryGb">Of an instance.</param>
internal sealed class CostModel(CostInputs inputs, double memoryGb)
{
    private static readonly DateTime Start = new(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc);

    private double Month => inputs.Assumed.DaysPerMonth * 86_400;

    /// <summary>Requests a second that an instance takes.</summary>
    private double Capacity => inputs.Measured.RequestsPerSecondOnTwoCores / 2 * memoryGb / inputs.Assumed.GbPerCore;

    /// <summary>Runs of the timers in a month, by their schedules.</summary>
    public double TimerRuns => Functions.With<TimerTriggerAttribute>()
        .Sum(timer => CrontabSchedule.Parse(timer.Trigger.Schedule, new() { IncludingSeconds = true }).GetNextOccurrences(Start.AddSeconds(-1), Start.AddDays(inputs.Assumed.DaysPerMonth)).Count());

    /// <summary>Queue work of one model in a month that nobody asked for: its scans by default, its log every five minutes and at night, its alerts at night.</summary>
    public double RunsPerModel => inputs.Assumed.DaysPerMonth * (ScansPerDay + 288 + 2);

    /// <summary>GB-seconds of background work.</summary>
    public double BackgroundGbSeconds => BackgroundRuns * inputs.Assumed.MinimumSeconds * memoryGb;

    /// <summary>Runs of background work.</summary>
    public double BackgroundRuns => TimerRuns + inputs.Assumed.Models * RunsPerModel;

    private static double ScansPerDay => MonitoringPolicy.Defaults.Values.Sum(monitor => TimeSpan.FromDays(1) / monitor.Stride);

    /// <summary>GB-seconds of requests that come at any time, each by itself.</summary>
    public double SpreadGbSeconds(double requests)
    {
        var rate = requests / Month;
        var instances = Instances(rate);
        return instances * Month * (1 - Math.Exp(-rate / instances * inputs.Assumed.MinimumSeconds)) * memoryGb;
    }

    /// <summary>GB-seconds of requests that come in bursts which fill an instance.</summary>
    public double BurstGbSeconds(double requests) => requests / Capacity * memoryGb;

    /// <summary>What on-demand instances cost in a month, background work included.</summary>
    public double OnDemand(double requests, double gbSeconds) =>
        Math.Max(0, gbSeconds + BackgroundGbSeconds - inputs.Prices.OnDemandFreeGbSeconds) * inputs.Prices.OnDemandGbSecond
        + Math.Max(0, requests + BackgroundRuns - inputs.Prices.OnDemandFreeExecutions) / 1e6 * inputs.Prices.MillionExecutions;

    /// <summary>The same with instances for HTTP that never go away.</summary>
    public double AlwaysReady(double requests, double instances) =>
        instances * Month * memoryGb * inputs.Prices.AlwaysReadyBaselineGbSecond
        + SpreadGbSeconds(requests) * inputs.Prices.AlwaysReadyGbSecond + requests / 1e6 * inputs.Prices.MillionExecutions
        + OnDemand(0, 0);

    /// <summary>Transactions with storage of the prediction log: writes and reads.</summary>
    public (double Writes, double Reads) Transactions(double predictions)
    {
        var rate = predictions / Month;
        var instances = Instances(rate);
        var appends = Math.Max(predictions / 1e6 * inputs.Measured.AppendsPerMillion, instances * Month * (1 - Math.Exp(-rate / instances)));
        var hours = inputs.Assumed.DaysPerMonth * 24;
        return (appends + hours * inputs.Measured.OtherWritesPerHour, hours * inputs.Measured.ReadsPerHour);
    }

    /// <summary>Gigabytes kept once retention has been reached: hot and cool.</summary>
    public (double Hot, double Cool) Kept(double predictions)
    {
        var (perDay, parquet) = (predictions / 1e6 / inputs.Assumed.DaysPerMonth, inputs.Measured.ParquetGbPerMillion);
        return (perDay * (parquet * inputs.Assumed.HotDays + inputs.Measured.FreshGbPerMillion * inputs.Measured.FreshHours / 24), perDay * parquet * (inputs.Assumed.RetentionDays - inputs.Assumed.HotDays));
    }

    /// <summary>What the log costs in storage.</summary>
    public double Storage(double predictions)
    {
        var ((writes, reads), (hot, cool)) = (Transactions(predictions), Kept(predictions));
        return writes / 1e4 * inputs.Prices.TenThousandWrites + reads / 1e4 * inputs.Prices.TenThousandReads + hot * inputs.Prices.HotGbMonth + cool * inputs.Prices.CoolGbMonth;
    }

    /// <summary>Gigabytes of telemetry, sampled.</summary>
    public double TelemetryGb(double requests)
    {
        var rate = requests / Month;
        return Math.Min(rate, Instances(rate) * inputs.Assumed.TelemetryItemsPerSecondAndInstance) * Month * inputs.Assumed.TelemetryKbPerExecution / 1e6;
    }

    /// <summary>What telemetry costs.</summary>
    public double Telemetry(double requests) => TelemetryGb(requests) * inputs.Prices.LogGb;

    /// <summary>What virtual machines cost that are always on.</summary>
    public double VirtualMachines(double count) => count * inputs.Assumed.DaysPerMonth * 24 * inputs.Prices.VirtualMachineHour;

    private double Instances(double rate) => Math.Max(1, Math.Ceiling(rate / Capacity));
}
