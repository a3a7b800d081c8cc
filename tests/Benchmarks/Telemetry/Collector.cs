using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Serverless.Benchmarks.Telemetry;

/// <summary>A receiver of OTLP that takes everything and forgets it.</summary>
internal static class Collector
{
    /// <summary>As a process of its own, where its work must not be counted.</summary>
    public static async Task RunAsync(string[] args)
    {
        await using var web = await StartAsync();
        Console.WriteLine($"listening on {string.Join(' ', web.Urls)}");
        await web.WaitForShutdownAsync();
    }

    public static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var web = builder.Build();
        web.MapPost("/v1/{signal}", (HttpContext context) => context.Request.Body.CopyToAsync(Stream.Null));
        await web.StartAsync();
        return web;
    }
}
