using Microsoft.Extensions.Logging;

namespace Serverless.Services.Http;

internal static partial class Log
{
    [LoggerMessage(1800, LogLevel.Warning, "Storage did not answer: the caller was asked to come again")]
    public static partial void StorageIsAway(this ILogger logger, Exception failure);
}
