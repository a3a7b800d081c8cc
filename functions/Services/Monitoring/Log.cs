using Microsoft.Extensions.Logging;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;

namespace Serverless.Services.Monitoring;

/// <summary>Event ids 1100 to 1199. Never a value of a feature.</summary>
internal static partial class Log
{
    [LoggerMessage(1100, LogLevel.Information, "{Monitor} of {Model}, window to {End}: {Verdict} over {Rows} rows")]
    public static partial void Scanned(this ILogger logger, string model, string monitor, DateTimeOffset end, FindingVerdict verdict, long rows);

    [LoggerMessage(1101, LogLevel.Error, "{Monitor} of {Model}, window to {End}: the scan failed")]
    public static partial void ScanFailed(this ILogger logger, Exception failure, ModelName model, string monitor, DateTimeOffset end);

    [LoggerMessage(1102, LogLevel.Error, "{Count} messages of {Queue} were given up and name no model: no alert can tell of them")]
    public static partial void PoisonWithoutModel(this ILogger logger, int count, string queue);

    [LoggerMessage(1103, LogLevel.Warning, "{Monitor} of {Model}, window to {End}: it cannot be scanned: {Problem}")]
    public static partial void CannotScan(this ILogger logger, ModelName model, string monitor, DateTimeOffset end, Core.Problems.ProblemKind problem);
}
