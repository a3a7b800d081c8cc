using Microsoft.Extensions.Logging;

namespace Serverless.Hosting;

/// <summary>Event ids 1500-1599.</summary>
internal static partial class Log
{
    [LoggerMessage(1500, LogLevel.Error, "Function {Function} failed")]
    public static partial void Failed(this ILogger logger, string function, Exception problem);

    [LoggerMessage(1501, LogLevel.Error, "Function {Function} ran out of time (functionTimeout)")]
    public static partial void OutOfTime(this ILogger logger, string function, Exception? problem);

    [LoggerMessage(1502, LogLevel.Debug, "The caller of {Function} left before the answer")]
    public static partial void CallerLeft(this ILogger logger, string function);
}
