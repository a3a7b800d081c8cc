using Microsoft.Extensions.Logging;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;

namespace Serverless.Services.Monitoring.Alerts;

// Event ids: alerts 1150-1199.
internal static partial class Log
{
    [LoggerMessage(1150, LogLevel.Warning, "What alerts of {Model} have to tell waits: it is sent again later")]
    public static partial void StepsWait(this ILogger logger, Exception failure, ModelName model);

    [LoggerMessage(1151, LogLevel.Warning, "An alert of {Model}, {Monitor}, goes without its diagnosis")]
    public static partial void DiagnosisFailed(this ILogger logger, Exception failure, ModelName model, string monitor);

    [LoggerMessage(1152, LogLevel.Information, "Alert {Alert} of {Model} from {From} to {To}: {Reason}")]
    public static partial void AlertMoved(this ILogger logger, ModelName model, Guid alert, AlertStatus? from, AlertStatus to, string reason);

    [LoggerMessage(1153, LogLevel.Warning, "Webhook {Webhook} did not take step {Step}, try {Attempt}: {Reason}")]
    public static partial void DeliveryFailed(this ILogger logger, string webhook, Guid step, int attempt, string reason);

    [LoggerMessage(1154, LogLevel.Error, "Webhook {Webhook} never took step {Step}: given up after {Attempts} tries: {Reason}")]
    public static partial void DeliveryGivenUp(this ILogger logger, string webhook, Guid step, int attempts, string reason);

    [LoggerMessage(1156, LogLevel.Warning, "A delivery stumbled and is tried again later")]
    public static partial void DeliveryStumbled(this ILogger logger, Exception failure);

    [LoggerMessage(1160, LogLevel.Error, "The secret of webhook {Webhook} cannot be read: it was encrypted under another Webhooks:SecretKey; set it anew")]
    public static partial void SecretUnreadable(this ILogger logger, Exception failure, string webhook);

    [LoggerMessage(1157, LogLevel.Warning, "What silences kept back waits: it is looked at again later")]
    public static partial void ReleaseWaits(this ILogger logger, Exception failure);

    [LoggerMessage(1165, LogLevel.Information, "{Count} alerts of {Model} that were over before {End} are deleted")]
    public static partial void AlertsForgotten(this ILogger logger, int count, ModelName model, DateTimeOffset end);
}
