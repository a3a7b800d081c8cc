using System.Net;
using Microsoft.Extensions.Configuration;
using Serverless.Hosting.Settings;

namespace Serverless.Hosting.Keys;

/// <summary>When keys are enforced: in a container, beyond loopback, or when asked to.</summary>
internal static class KeyPolicy
{
    public static bool Enforced(IConfiguration settings) =>
        settings.GetValue(HostSettings.EnableAuth, false)
        || string.Equals(settings["DOTNET_RUNNING_IN_CONTAINER"], "true", StringComparison.OrdinalIgnoreCase)
        || !OnlyLoopback(settings);

    private static bool OnlyLoopback(IConfiguration settings)
    {
        // A port without a host listens on every address, and Kestrel's own endpoints win over urls.
        if (settings.GetSection("Kestrel:Endpoints").GetChildren().Any(endpoint => !IsLoopback(endpoint["Url"] ?? "*"))) return false;
        if (settings["urls"] is { Length: > 0 } urls) return urls.Split(';', StringSplitOptions.RemoveEmptyEntries).All(IsLoopback);
        return settings["http_ports"] is null or "" && settings["https_ports"] is null or "";
    }

    public static bool IsLoopback(string url) =>
        Uri.TryCreate(url.Trim(), UriKind.Absolute, out var parsed)
        && (parsed.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(parsed.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));
}
