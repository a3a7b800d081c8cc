namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>Runs around every invocation.</summary>
public interface IFunctionsWorkerMiddleware
{
    /// <summary>Does its work and calls <paramref name="next"/>, or answers itself.</summary>
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
}
