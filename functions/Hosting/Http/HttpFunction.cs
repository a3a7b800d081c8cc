using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Hosting.Functions;
using Serverless.Hosting.Invocation;

namespace Serverless.Hosting.Http;

/// <summary>Serves one HTTP function.</summary>
internal sealed class HttpFunction
{
    private readonly FunctionEntry function;
    private readonly HttpServing serving;
    private readonly Func<object?, HttpContext, Task> answer;
    private readonly Lazy<FunctionCall> call;
    private readonly Func<FunctionInvocation, Task> body;
    private readonly bool needsInvocation;

    public HttpFunction(FunctionEntry function, HttpServing serving)
    {
        (this.function, this.serving) = (function, serving);
        answer = FunctionAnswer.For(function.Method.ReturnType);
        call = new Lazy<FunctionCall>(() => serving.Compiler.Compile(function));
        body = invocation => RunAsync(invocation.Http!, invocation, invocation.CancellationToken);
        needsInvocation = !serving.Pipeline.IsEmpty
            || Array.Exists(function.Method.GetParameters(), parameter => parameter.ParameterType == typeof(FunctionContext));
    }

    public async Task ServeAsync(HttpContext http)
    {
        var lease = serving.Timeouts.Rent(http.RequestAborted);
        try
        {
            await (needsInvocation ? serving.Pipeline.RunAsync(Invocation(http, lease.Token)) : RunAsync(http, null, lease.Token));
            if (lease.Token.IsCancellationRequested) Fail(http, StatusCodes.Status500InternalServerError, null);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            serving.Logger.CallerLeft(function.Name);
        }
        catch (BadHttpRequestException problem)
        {
            Fail(http, problem.StatusCode, problem);
        }
#pragma warning disable CA1031 // Whatever a function throws is its own failure, never the host's.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            Fail(http, StatusCodes.Status500InternalServerError, problem);
        }
        finally
        {
            lease.Dispose();
        }
    }

    /// <summary>Compiles the call before the first request asks for it.</summary>
    public void Prepare() => _ = call.Value;

    private FunctionInvocation Invocation(HttpContext http, CancellationToken cancel) =>
        new(function, serving.Clock, cancel) { Http = http, Body = body };

    private Task RunAsync(HttpContext http, FunctionInvocation? invocation, CancellationToken cancel) =>
        answer(call.Value(http, invocation, null, cancel), http);

    private void Fail(HttpContext http, int status, Exception? problem)
    {
        if (http.RequestAborted.IsCancellationRequested) return;
        if (problem is null or OperationCanceledException) serving.Logger.OutOfTime(function.Name, problem);
        else serving.Logger.Failed(function.Name, problem);
        if (http.Response.HasStarted) http.Abort();
        else
        {
            http.Response.Clear();
            http.Response.StatusCode = status;
        }
    }
}
