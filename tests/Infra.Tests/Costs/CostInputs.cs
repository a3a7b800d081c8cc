using System.Text.Json;
using Serverless.Testing;

namespace Serverless.Infra.Tests.Costs;

/// <summary>What costs.json states: prices, measured figures, assumptions.</summary>
internal sealed record CostInputs(Prices Prices, Measured Measured, Assumed Assumed)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    public static CostInputs Read() => JsonSerializer.Deserialize<CostInputs>(File.ReadAllText(Repository.File("docs", "costs.json")), Web)!;
}

internal sealed record Prices(
    double OnDemandGbSecond, double OnDemandFreeGbSeconds, double AlwaysReadyBaselineGbSecond, double AlwaysReadyGbSecond, double MillionExecutions,
    double OnDemandFreeExecutions, double TenThousandWrites, double TenThousandReads, double HotGbMonth, double CoolGbMonth, double LogGb, double VirtualMachineHour);

internal sealed record Measured(
    double RequestsPerSecondOnTwoCores, double AppendsPerMillion, double OtherWritesPerHour, double ReadsPerHour, double FreshGbPerMillion, double FreshHours, double ParquetGbPerMillion);

internal sealed record Assumed(
    double MinimumSeconds, double GbPerCore, double TelemetryKbPerExecution, double TelemetryItemsPerSecondAndInstance, double Models, double HotDays, double RetentionDays, double DaysPerMonth);
