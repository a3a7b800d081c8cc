using Microsoft.Extensions.Logging;
using Serverless.Core.Access;
using Serverless.Core.Registry;

namespace Serverless.Services.Registry;

internal static partial class Log
{
    [LoggerMessage(1300, LogLevel.Warning, "Catalog and audit index of {Model} wait for the event of the change")]
    public static partial void ProjectionWaits(this ILogger logger, Exception failure, ModelName model);

    [LoggerMessage(1301, LogLevel.Information, "{Model} version {Version} registered: {Bytes} bytes, {Digest}")]
    public static partial void Registered(this ILogger logger, ModelName model, int version, long bytes, Digest digest);

    [LoggerMessage(1302, LogLevel.Information, "{Model} alias {Alias} points at version {Version}")]
    public static partial void AliasMoved(this ILogger logger, ModelName model, AliasName alias, int version);

    [LoggerMessage(1304, LogLevel.Information, "Key {Name} with {Roles} issued by {Actor}")]
    public static partial void KeyIssued(this ILogger logger, KeyName name, Role roles, string actor);

    [LoggerMessage(1305, LogLevel.Information, "Key {Name} withdrawn by {Actor}")]
    public static partial void KeyWithdrawn(this ILogger logger, KeyName name, string actor);

    [LoggerMessage(1306, LogLevel.Warning, "Named keys cannot be read: those that were known go on")]
    public static partial void KeysAreOld(this ILogger logger, Exception failure);

    [LoggerMessage(1308, LogLevel.Warning, "The audit trail across models lacks an entry of keys until the next one is written")]
    public static partial void KeyEntryWaits(this ILogger logger, Exception failure);

    [LoggerMessage(1307, LogLevel.Information, "{Count} artifacts that nothing names removed")]
    public static partial void ArtifactsSwept(this ILogger logger, int count);

    [LoggerMessage(1303, LogLevel.Information, "{Count} abandoned uploads removed")]
    public static partial void UploadsSwept(this ILogger logger, int count);

    [LoggerMessage(1309, LogLevel.Information, "{Actor} changed {Kind} {Id}")]
    public static partial void SettingChanged(this ILogger logger, string actor, string kind, string id);

    [LoggerMessage(1310, LogLevel.Warning, "An audit entry of silences or webhooks is not in the trail across models yet: the next one brings it along")]
    public static partial void SettingEntryWaits(this ILogger logger, Exception failure);
}
