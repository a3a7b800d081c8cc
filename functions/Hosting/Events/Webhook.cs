using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Serverless.Hosting.Keys;

namespace Serverless.Hosting.Events;

/// <summary>The Event Grid extension's webhook, <c>/runtime/webhooks/EventGrid?functionName=…</c>.</summary>
internal sealed class Webhook(IReadOnlyDictionary<string, EventFunction> functions, KeyCheck keys)
{
    public const string Path = "/runtime/webhooks/EventGrid";
    private const string TypeHeader = "aeg-event-type";
    private const string OriginHeader = "WebHook-Request-Origin";

    public async Task ServeAsync(HttpContext http)
    {
        if (!await keys.MayDeliverAsync(http.Request, http.RequestAborted))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        var name = http.Request.Query["functionName"].ToString();
        if (functions.TryGetValue(name, out var function)) await AnswerAsync(http, function);
        else await WriteAsync(http, StatusCodes.Status404NotFound, $"cannot find function: '{name}'");
    }

    private static Task AnswerAsync(HttpContext http, EventFunction function)
    {
        var request = http.Request;
        if (HttpMethods.IsOptions(request.Method) && request.Headers.TryGetValue(OriginHeader, out var origin))
        {
            http.Response.Headers["WebHook-Allowed-Origin"] = origin;
            return WriteAsync(http, StatusCodes.Status200OK, null);
        }
        if (!HttpMethods.IsPost(request.Method)) return WriteAsync(http, StatusCodes.Status400BadRequest, null);
        return request.Headers[TypeHeader].ToString().ToUpperInvariant() switch
        {
            "SUBSCRIPTIONVALIDATION" => ValidateAsync(http),
            "NOTIFICATION" => DeliverAsync(http, function),
            "UNSUBSCRIBE" => WriteAsync(http, StatusCodes.Status202Accepted, null),
            _ => WriteAsync(http, StatusCodes.Status400BadRequest, null),
        };
    }

    private static async Task ValidateAsync(HttpContext http)
    {
        try
        {
            var events = await EventBody.ReadAsync(http.Request, http.RequestAborted);
            var code = events[0].GetProperty("data").GetProperty("validationCode").GetString();
            await http.Response.WriteAsJsonAsync(new ValidationAnswer(code), WebhookJson.Default.ValidationAnswer);
        }
        catch (BadHttpRequestException problem)
        {
            http.Response.StatusCode = problem.StatusCode;
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private static async Task DeliverAsync(HttpContext http, EventFunction function)
    {
        try
        {
            var events = await EventBody.ReadAsync(http.Request, http.RequestAborted);
            if (events.Count > 0) await function.RunAsync(events, http.RequestAborted);
            http.Response.StatusCode = StatusCodes.Status202Accepted;
        }
        catch (BadHttpRequestException problem)
        {
            http.Response.StatusCode = problem.StatusCode;
        }
#pragma warning disable CA1031 // Logged where it was thrown; Event Grid tries again.
        catch (Exception)
#pragma warning restore CA1031
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private static Task WriteAsync(HttpContext http, int status, string? text)
    {
        http.Response.StatusCode = status;
        return text is null ? Task.CompletedTask : http.Response.WriteAsync(text, http.RequestAborted);
    }
}
