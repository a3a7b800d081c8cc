using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Serverless.Services.Telemetry;

/// <summary>
/// Says of a request's span what is known at its end: the route, which names it, and the status. Outermost of all middleware. OpenTelemetry's instrumentation does it from
/// diagnostic events that every request then raises; this costs those that are not recorded one look.
/// </summary>
internal sealed class RequestSpans : IStartupFilter
{
    private const int FirstError = 500;

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(after => context => Activity.Current is { IsAllDataRequested: true, Recorded: true } span ? RunAsync(after, context, span) : after(context));
        next(app);
    };

    private static async Task RunAsync(RequestDelegate after, HttpContext context, Activity span)
    {
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
            Describe(context, span);
        }
    }

    private static void Describe(HttpContext context, Activity span)
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
