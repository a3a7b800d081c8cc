using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Serverless.Hosting.Settings;

/// <summary>The host id: the same for all instances of an application, so that they share locks, schedules and keys.</summary>
internal static class HostIdentity
{
    private const int MaxLength = 32;

    public static string From(IConfiguration settings)
    {
        var name = settings["AzureFunctionsWebHost:hostid"] ?? settings["WEBSITE_SITE_NAME"] ?? Assembly.GetEntryAssembly()?.GetName().Name ?? "functions";
        var safe = string.Concat(name.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')).Trim('-');
        return safe.Length <= MaxLength ? safe : safe[..MaxLength].TrimEnd('-');
    }
}
