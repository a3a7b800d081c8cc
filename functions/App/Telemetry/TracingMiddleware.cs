using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Serverless.App.Access;
using Serverless.Services.Telemetry;

namespace Serverless.App.Telemetry;

/// <summary>
/// Opens the span of an HTTP function's invocation on Azure, below the Functions host's own: there a function does not run within ASP.NET Core's request.
/// Functions of queues and events open theirs themselves, from what their message brings.
/// </summary>
public sealed class TracingMiddleware : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next) =>
        RoleTable.Functions.Contains(context.FunctionDefinition.Name) ? TraceAsync(context, next) : next(context);

    private static async Task TraceAsync(FunctionContext context, FunctionExecutionDelegate next)
    {
        var trace = context.TraceContext;
        using var span = FunctionTracing.Invoke(context.FunctionDefinition.Name, context.InvocationId, trace.TraceParent, trace.TraceState);
        try
        {
            await next(context);
        }
        catch (Exception failure)
        {
            span.Failed(failure);
            throw;
        }
    }
}
