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

    [LoggerMessage(1503, LogLevel.Information, "Executing {Function} ({Id})")]
    public static partial void Running(this ILogger logger, string function, string id);

    [LoggerMessage(1504, LogLevel.Information, "Executed {Function} ({Id})")]
    public static partial void Succeeded(this ILogger logger, string function, string id);

    [LoggerMessage(1510, LogLevel.Warning, "Queue {Queue} can't be read: {Problem}")]
    public static partial void QueueUnreachable(this ILogger logger, string queue, string problem);

    [LoggerMessage(1511, LogLevel.Warning, "A message of {Queue} could not be settled and will come again: {Message}: {Problem}")]
    public static partial void MessageNotSettled(this ILogger logger, string queue, string message, string problem);

    [LoggerMessage(1512, LogLevel.Error, "Message {Message} went to {Queue} after {Attempts} attempts")]
    public static partial void Poisoned(this ILogger logger, string message, string queue, long attempts);

    [LoggerMessage(1520, LogLevel.Warning, "No function {Function} takes events any more; the event is dropped")]
    public static partial void NoSubscriber(this ILogger logger, string function);

    [LoggerMessage(1521, LogLevel.Error, "An event for {Function} was dead-lettered after {Attempts} attempts: {Reason}")]
    public static partial void DeadLettered(this ILogger logger, string function, long attempts, string reason);

    [LoggerMessage(1530, LogLevel.Warning, "Timer {Function}: its state can't be read or written, trying again: {Problem}")]
    public static partial void TimerStorage(this ILogger logger, string function, string problem);

    [LoggerMessage(1531, LogLevel.Warning, "Timer {Function}: another instance may have taken it over")]
    public static partial void LockLost(this ILogger logger, string function);

    [LoggerMessage(1540, LogLevel.Error, "{Listener} failed and starts again")]
    public static partial void ListenerFailed(this ILogger logger, string listener, Exception problem);
}
