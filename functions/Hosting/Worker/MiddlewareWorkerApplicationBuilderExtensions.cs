using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Extensions.Hosting;

/// <summary>Ways to add middleware.</summary>
public static class MiddlewareWorkerApplicationBuilderExtensions
{
    /// <summary>Adds middleware made from services, once for the application.</summary>
    public static IFunctionsWorkerApplicationBuilder UseMiddleware<T>(this IFunctionsWorkerApplicationBuilder builder)
        where T : class, IFunctionsWorkerMiddleware
    {
        var find = Singleton<T>(builder);
        return builder.Use(next => context => find(context).Invoke(context, next));
    }

    /// <summary>Adds middleware made from services, for the invocations that the predicate picks.</summary>
    public static IFunctionsWorkerApplicationBuilder UseWhen<T>(
        this IFunctionsWorkerApplicationBuilder builder, Func<FunctionContext, bool> predicate)
        where T : class, IFunctionsWorkerMiddleware
    {
        var find = Singleton<T>(builder);
        return builder.Use(next => context => predicate(context) ? find(context).Invoke(context, next) : next(context));
    }

    /// <summary>Adds middleware.</summary>
    public static IFunctionsWorkerApplicationBuilder UseMiddleware(
        this IFunctionsWorkerApplicationBuilder builder, Func<FunctionContext, Func<Task>, Task> middleware) =>
        builder.Use(next => context => middleware(context, () => next(context)));

    /// <summary>Adds middleware for the invocations that the predicate picks.</summary>
    public static IFunctionsWorkerApplicationBuilder UseWhen(
        this IFunctionsWorkerApplicationBuilder builder,
        Func<FunctionContext, bool> predicate,
        Func<FunctionContext, Func<Task>, Task> middleware) =>
        builder.Use(next => context => predicate(context) ? middleware(context, () => next(context)) : next(context));

    // Asked once: InstanceServices of an HTTP invocation makes a scope, which most requests do without.
    private static Func<FunctionContext, T> Singleton<T>(IFunctionsWorkerApplicationBuilder builder) where T : class
    {
        builder.Services.AddSingleton<T>();
        T? found = null;
        return context => found ??= context.InstanceServices.GetRequiredService<T>();
    }
}
