using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Access;

namespace Serverless.Services.Http;

/// <summary>Who calls, carried from the access middleware to the services.</summary>
public static class Callers
{
    private static readonly object Key = new();

    /// <summary>Remembers the principal of a request; the access middleware calls it once.</summary>
    public static void SetPrincipal(this HttpContext context, Principal principal) => context.Items[Key] = principal;

    /// <summary>The principal of a request.</summary>
    /// <exception cref="InvalidOperationException">The access middleware has not run.</exception>
    public static Principal GetPrincipal(this HttpContext context) =>
        context.Items.TryGetValue(Key, out var principal) ? (Principal)principal! : throw new InvalidOperationException("The access middleware has not run.");

    /// <summary>Whose wish a change is: the principal, the request's id (<c>x-correlation-id</c> where the caller gave one) and its trace context.</summary>
    public static Caller Caller(this HttpRequest request)
    {
        var correlation = request.Headers["x-correlation-id"].ToString();
        return new(
            request.HttpContext.GetPrincipal().Name,
            correlation is { Length: > 0 and <= 128 } ? correlation : request.HttpContext.TraceIdentifier,
            Activity.Current?.Id ?? TraceParent(request));
    }

    private static string? TraceParent(HttpRequest request) =>
        request.Headers.TraceParent.ToString() is { Length: > 0 and <= 128 } header ? header : null;
}
