using Microsoft.Extensions.Logging;

namespace Serverless.Services.Telemetry;

/// <summary>Event ids: telemetry 1700-1799.</summary>
internal static partial class Log
{
    [LoggerMessage(1700, LogLevel.Warning, "What metrics show of storage could not be read")]
    public static partial void NotRead(this ILogger logger, Exception failure);
}
