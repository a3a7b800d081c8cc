using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Services.Http;
using Serverless.Services.Registry.Keys;

namespace Serverless.App.Access;

/// <summary>The one place that decides who may call which HTTP function: <see cref="RoleTable"/> says what it needs, <see cref="Gatekeeper"/> who calls.</summary>
public sealed class AccessMiddleware(Gatekeeper gatekeeper) : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (HttpContextOf(context) is not { } http)
        {
            return RoleTable.Functions.Contains(context.FunctionDefinition.Name)
                ? throw new InvalidOperationException("An HTTP function has been called without its request: nobody can tell who calls.")
                : next(context);
        }

        http.Response.Headers.XContentTypeOptions = "nosniff";
        var needed = RoleTable.Needed(context.FunctionDefinition.Name, http.Request.RouteValues);
        // What is open to all asks nobody, so that health answers also while keys cannot be read.
        if (needed == Role.Open) return AdmitAsync(http, Principal.Anonymous, context, next);
        // What is for some is kept by no cache that serves others; who has it may ask whether it has changed.
        http.Response.Headers.CacheControl = "private, no-cache";
        var principal = gatekeeper.Identify(http.Request);
        return principal is { IsCompletedSuccessfully: true, Result: { } known } && known.May(needed)
            ? AdmitAsync(http, known, context, next)
            : DecideAsync(http, needed, principal, context, next);
    }

    private static async Task DecideAsync(
        HttpContext http, Role needed, ValueTask<Principal?> identified, FunctionContext context, FunctionExecutionDelegate next)
    {
        try
        {
            var principal = await identified;
            if (principal?.May(needed) == true) await AdmitAsync(http, principal, context, next);
            else await Answer.WriteAsync(http, Refusal(principal, needed));
        }
        catch (ProblemException problem) when (!http.Response.HasStarted)
        {
            await Answer.WriteAsync(http, problem);
        }
    }

    private static Task AdmitAsync(HttpContext http, Principal principal, FunctionContext context, FunctionExecutionDelegate next)
    {
        http.SetPrincipal(principal);
        return next(context);
    }

    private static ProblemException Refusal(Principal? principal, Role needed) => principal is null
        ? new(ProblemKind.Unauthenticated, "This needs a key, in the header x-api-key or as Authorization: Bearer.")
        : new(ProblemKind.Forbidden, $"{principal.Name} has the roles {principal.Roles}; this needs one of: {needed}, Admin.");

    // The worker's ASP.NET Core integration keeps the request among the invocation's items.
    private static HttpContext? HttpContextOf(FunctionContext context)
    {
        foreach (var item in context.Items.Values)
            if (item is HttpContext http) return http;
        return null;
    }
}
