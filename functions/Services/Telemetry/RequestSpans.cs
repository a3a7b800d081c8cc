using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Serverless.Services.Telemetry;

/// <summary>
/// Opens the span of a request that is recorded, and describes it as the semantic conventions for HTTP servers say. Outermost of all middleware. ASP.NET Core's own source would
/// have every request asked for, begun and ended by OpenTelemetry; this costs those that are not recorded two looks.
/// </summary>
/// <param name="sampler">Says how many requests may be recorded; null where another sampler decides about each.</param>
internal sealed class RequestSpans(RequestSampler? sampler) : IStartupFilter
{
    /// <summary>The source's name.</summary>
    public const string Name = "Serverless.Requests";

    private const int FirstError = 500;
    private static readonly ActivitySource Source = new(Name);
    private static readonly PathString[] Probes = ["/health", "/metrics", "/v2/health"];

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(after => context =>
        {
            if (IsWanted(context.Request, out var parent)) return RunAsync(after, context, parent);
            // ASP.NET Core opens one that is not recorded wherever its log is on; what comes of the request must not begin traces of its own where it is off.
            return Activity.Current is null ? UnrecordedAsync(after, context) : after(context);
        });
        next(app);
    };

    // A header that does not read is none.
    private bool IsWanted(HttpRequest request, out ActivityContext parent)
    {
        parent = default;
        var headers = request.Headers;
        var isCalled = headers.TraceParent.Count > 0 && ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out parent);
        if (sampler is null) return true;
        if (isCalled) return parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);
        return sampler.HasRoom && !Array.Exists(Probes, probe => request.Path.StartsWithSegments(probe, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task UnrecordedAsync(RequestDelegate after, HttpContext context)
    {
        using var none = new Activity("request").Start();
        await after(context);
    }

    private static async Task RunAsync(RequestDelegate after, HttpContext context, ActivityContext parent)
    {
        // Not below ASP.NET Core's, which nobody exports.
        Activity.Current = null;
        using var span = Source.StartActivity(context.Request.Method, ActivityKind.Server, parent) ?? new Activity("request").Start();
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
