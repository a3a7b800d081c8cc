using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Serverless.Hosting.Admin;

/// <summary>What <c>/admin/host/status</c> says.</summary>
internal sealed class HostStatus(string hostId, TimeProvider clock)
{
    private static readonly string Version = typeof(HostStatus).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
    private readonly long started = clock.GetTimestamp();

    public Task WriteAsync(HttpContext http) => http.Response.WriteAsJsonAsync(
        new JsonObject
        {
            ["id"] = hostId,
            ["state"] = "Running",
            ["version"] = Version,
            ["versionDetails"] = "Serverless.Hosting, embedded",
            ["processUptime"] = (long)clock.GetElapsedTime(started).TotalMilliseconds,
        },
        http.RequestAborted);
}
