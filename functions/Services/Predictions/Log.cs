using Microsoft.Extensions.Logging;
using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

// Event ids: predictions 1600-1699.
internal static partial class Log
{
    [LoggerMessage(1600, LogLevel.Warning, "A block of {Rows} rows was not stored, try {Attempt}; it waits {Delay}: {Reason}")]
    public static partial void AppendFailed(this ILogger logger, int rows, int attempt, TimeSpan delay, string reason);

    [LoggerMessage(1601, LogLevel.Information, "Storage takes predictions again after {Attempts} tries")]
    public static partial void AppendRecovered(this ILogger logger, int attempts);

    [LoggerMessage(1602, LogLevel.Error, "{Rows} predicted rows were dropped: {Reason}")]
    public static partial void RowsDropped(this ILogger logger, long rows, DropReason reason);

    [LoggerMessage(1603, LogLevel.Error, "A request's rows could not be kept")]
    public static partial void Unencodable(this ILogger logger, Exception exception);

    [LoggerMessage(1604, LogLevel.Warning, "Writer {Writer} ended without a shutdown: of {Accepted} accepted rows {Lost} were lost")]
    public static partial void WriterWasKilled(this ILogger logger, string writer, long accepted, long lost);

    [LoggerMessage(1605, LogLevel.Warning, "Skipped bytes {From} to {To} of {Path}: {Flaw}")]
    public static partial void Flawed(this ILogger logger, string path, long from, long to, string flaw);

    [LoggerMessage(1606, LogLevel.Information, "Compacted {Rows} rows of {Model}, {Hour}, from {Sources} blobs into {Path} ({Bytes} bytes)")]
    public static partial void Compacted(this ILogger logger, long rows, string model, DateTimeOffset hour, int sources, string path, long bytes);

    [LoggerMessage(1607, LogLevel.Information, "Another instance compacted {Path} first")]
    public static partial void CompactedElsewhere(this ILogger logger, string path);

    [LoggerMessage(1608, LogLevel.Information, "Retention: {Deleted} files of {Model} deleted, {Moved} moved to the cold tier")]
    public static partial void Retained(this ILogger logger, int deleted, string model, int moved);

    [LoggerMessage(1609, LogLevel.Warning, "A policy hashes values and PredictionLog:HashKey is not set: the key is the storage account's name, so whoever knows that can try values")]
    public static partial void NoHashKey(this ILogger logger);

    [LoggerMessage(1611, LogLevel.Warning, "Writer {Writer} has been silent since {At}: {Rows} rows were on their way then")]
    public static partial void WriterIsSilent(this ILogger logger, string writer, DateTimeOffset at, long rows);

    [LoggerMessage(1612, LogLevel.Information, "Prediction log: {Counters}; last block durable after {Lag}")]
    public static partial void Counted(this ILogger logger, string counters, TimeSpan lag);

    [LoggerMessage(1613, LogLevel.Information, "{Model}: erasure {Id} done, {Rows} predictions gone")]
    public static partial void Erased(this ILogger logger, ModelName model, Guid id, long rows);

    [LoggerMessage(1614, LogLevel.Information, "{Model}: erasure {Id} waits: a writer still appends to bytes that hold a row")]
    public static partial void ErasureWaits(this ILogger logger, ModelName model, Guid id);

    [LoggerMessage(1615, LogLevel.Warning, "{Model}: erasure {Id} stumbled and comes again")]
    public static partial void ErasureStumbled(this ILogger logger, Exception failure, ModelName model, Guid id);

    [LoggerMessage(1610, LogLevel.Warning, "The prediction log's loop stumbled")]
    public static partial void LoopFailed(this ILogger logger, Exception exception);
}
