using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Serverless.Hosting.Functions;
using Serverless.Hosting.Http;
using Serverless.Hosting.Keys;

namespace Serverless.Hosting.Admin;

/// <summary><c>/admin</c>: what the host is, which functions it has, and a way to run one now.</summary>
internal sealed class AdminEndpoints(FunctionCatalog catalog, FunctionDescriptions descriptions, RunNow run, KeyCheck keys, HostStatus status)
{
    private const int LargestInput = 1 << 20;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.Map("/admin/host/ping", static (HttpContext _) => Task.CompletedTask);
        Get(endpoints, "/admin/host/status", status.WriteAsync);
        Get(endpoints, "/admin/functions", http => WriteAsync(http, descriptions.All()));
        Get(endpoints, "/admin/functions/{name}", http => WriteAsync(http, Named(http) is { } found ? descriptions.One(found) : null));
        Get(endpoints, "/admin/functions/{name}/status", http => WriteAsync(http, Named(http) is null ? null : new JsonObject()));
        endpoints.MapPost("/admin/functions/{name}", (RequestDelegate)(http => GuardAsync(http, RunAsync)));
    }

    private static Task WriteAsync(HttpContext http, JsonNode? found)
    {
        if (found is not null) return http.Response.WriteAsJsonAsync(found, http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private void Get(IEndpointRouteBuilder endpoints, string route, Func<HttpContext, Task> answer) =>
        endpoints.MapGet(route, (RequestDelegate)(http => GuardAsync(http, answer)));

    private FunctionEntry? Named(HttpContext http) => catalog.Find((string)http.Request.RouteValues["name"]!);

    private async Task GuardAsync(HttpContext http, Func<HttpContext, Task> answer)
    {
        if (await keys.AdminRefusalAsync(http.Request, http.RequestAborted) is { } refusal)
        {
            http.Response.StatusCode = refusal;
            if (refusal == StatusCodes.Status401Unauthorized) http.Response.Headers.WWWAuthenticate = "Bearer";
            return;
        }
        await answer(http);
    }

    private async Task RunAsync(HttpContext http) => http.Response.StatusCode = await StartAsync(http);

    private async Task<int> StartAsync(HttpContext http)
    {
        if (Named(http) is not { } function) return StatusCodes.Status404NotFound;
        if (!http.Request.HasJsonContentType()) return StatusCodes.Status415UnsupportedMediaType;
        http.Request.LimitBody(LargestInput);
        try
        {
            if (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted) is not JsonObject body) return StatusCodes.Status400BadRequest;
            return run.Start(function, body["input"]?.ToString() ?? "") ? StatusCodes.Status202Accepted : StatusCodes.Status400BadRequest;
        }
        catch (BadHttpRequestException problem)
        {
            return problem.StatusCode;
        }
        catch (JsonException)
        {
            return StatusCodes.Status400BadRequest;
        }
    }
}
