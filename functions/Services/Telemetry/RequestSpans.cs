using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Serverless.Services.Telemetry;

/// <summary>
/// Describes a request's span as the semantic conventions for HTTP servers say: what is asked for, and at its end the route, which names it, and the status. Outermost of
/// all middleware. OpenTelemetry's instrumentation does it from diagnostic events that every request then raises; this costs those that are not recorded one look.
/// </summary>
/// <param name="sampler">Gets back what probes have taken.</param>
internal sealed class RequestSpans(RequestSampler sampler) : IStartupFilter
{
    private const int FirstError = 500;
    private static readonly PathString[] Probes = ["/health", "/metrics", "/v2/health"];

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(after => context => Activity.Current is { IsAllDataRequested: true, Recorded: true } span ? RunAsync(after, context, span) : after(context));
        next(app);
    };

    private Task RunAsync(RequestDelegate after, HttpContext context, Activity span)
    {
        if (span.HasRemoteParent || !Array.Exists(Probes, probe => context.Request.Path.StartsWithSegments(probe, StringComparison.OrdinalIgnoreCase)))
            return DescribeAsync(after, context, span);
        // A probe that nobody's trace is about.
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        span.IsAllDataRequested = false;
        sampler.GiveBack();
        return after(context);
    }

    private static async Task DescribeAsync(RequestDelegate after, HttpContext context, Activity span)
    {
        Begin(context.Request, span);
        try
        {
            await after(context);
        }
        catch (Exception failure)
        {
            span.Failed(failure);
            throw;
        }
        finally
        {
            End(context, span);
        }
    }

    private static void Begin(HttpRequest request, Activity span)
    {
        span.SetTag("http.request.method", request.Method).SetTag("url.scheme", request.Scheme).SetTag("url.path", request.Path.Value).SetTag("server.address", request.Host.Host);
        if (request.Host.Port is { } port) span.SetTag("server.port", port);
        if (request.Headers.UserAgent is [{ Length: > 0 } agent, ..]) span.SetTag("user_agent.original", agent);
    }

    private static void End(HttpContext context, Activity span)
    {
        if (context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
        {
            span.SetTag("http.route", route);
            span.DisplayName = $"{context.Request.Method} {route}";
        }

        var status = context.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (status >= FirstError && span.Status == ActivityStatusCode.Unset) span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
    }
}
