using Microsoft.Extensions.Logging;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;

namespace Serverless.Services.Rollout;

internal static partial class Log
{
    [LoggerMessage(1200, LogLevel.Information, "The rollout of {Model} version {Version} is {Stage}, step {Step}: {Words}")]
    public static partial void Moved(this ILogger logger, ModelName model, int version, RolloutStage stage, int step, string words);

    [LoggerMessage(1201, LogLevel.Information, "A new version of {Model} starts no rollout: {Reason}")]
    public static partial void NotStarted(this ILogger logger, ModelName model, string reason);
}
