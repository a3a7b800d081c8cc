using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Serverless.Hosting.Functions;
using Serverless.Hosting.Invocation;

namespace Serverless.Hosting.Http;

/// <summary>Where HTTP functions are found: <c>routePrefix</c> and the trigger's route, or the function's name.</summary>
internal static class HttpRoutes
{
    public static string Template(FunctionEntry function, HttpTriggerAttribute trigger, string prefix)
    {
        var route = (trigger.Route ?? function.Name).Trim('/');
        return prefix.Trim('/') is { Length: > 0 } start ? $"{start}/{route}" : route;
    }

    /// <summary>What is wrong with a function's route or parameters, or null.</summary>
    public static string? Problem(FunctionEntry function, HttpTriggerAttribute trigger)
    {
        var route = (trigger.Route ?? function.Name).Trim('/');
        if (IsReserved(route)) return $"{function.Name}: routes that begin with 'admin' or 'runtime' belong to the host, and '{route}' does.";
        RoutePattern pattern;
        try
        {
            pattern = RoutePatternFactory.Parse(route);
        }
        catch (RoutePatternException problem)
        {
            return $"{function.Name}: the route '{route}' can't be read: {problem.Message}";
        }
        var stray = Array.Find(function.Method.GetParameters(), parameter => !CanBind(function, parameter, pattern));
        return stray is null ? null
            : $"{function.Name}: nothing gives the parameter '{stray.Name}' its value; it is not in the route '{route}', or its type can't be read from text.";
    }

    public static void Map(IEndpointRouteBuilder endpoints, string template, HttpTriggerAttribute trigger, RequestDelegate serve)
    {
        if (trigger.Methods is { Length: > 0 } methods) endpoints.MapMethods(template, methods.Select(method => method.ToUpperInvariant()), serve);
        else endpoints.Map(template, serve);
    }

    private static bool IsReserved(string route) =>
        route.StartsWith("admin", StringComparison.OrdinalIgnoreCase) || route.StartsWith("runtime", StringComparison.OrdinalIgnoreCase);

    private static bool CanBind(FunctionEntry function, System.Reflection.ParameterInfo parameter, RoutePattern pattern)
    {
        if (parameter == function.TriggerParameter) return parameter.ParameterType == typeof(HttpRequest);
        if (parameter.ParameterType == typeof(CancellationToken) || parameter.ParameterType == typeof(FunctionContext)) return true;
        return pattern.GetParameter(parameter.Name!) is not null && RouteValue.CanRead(parameter.ParameterType);
    }
}
