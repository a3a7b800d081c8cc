using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Hosting.Functions;
using Serverless.Hosting.Invocation;
using Serverless.Hosting.Keys;

namespace Serverless.Hosting.Http;

/// <summary>Serves one HTTP function: keys, room, time, the call, its answer.</summary>
internal sealed class HttpFunction
{
    private readonly FunctionEntry function;
    private readonly Serving serving;
    private readonly KeyCheck keys;
    private readonly RequestGate gate;
    private readonly AuthorizationLevel level;
    private readonly Func<object?, HttpContext, Task> answer;
    private readonly Lazy<FunctionCall> call;
    private readonly Func<FunctionInvocation, Task> body;
    private readonly bool needsInvocation;

    public HttpFunction(FunctionEntry function, HttpServing with)
    {
        (this.function, serving, keys, gate) = (function, with.Serving, with.Keys, with.Gate);
        level = ((HttpTriggerAttribute)function.Trigger).AuthLevel;
        answer = FunctionAnswer.For(function.Method.ReturnType);
        call = new Lazy<FunctionCall>(() => serving.Compiler.Compile(function));
        body = invocation => RunAsync(invocation.Http!, invocation, invocation.CancellationToken);
        needsInvocation = !serving.Pipeline.IsEmpty
            || Array.Exists(function.Method.GetParameters(), parameter => parameter.ParameterType == typeof(FunctionContext));
    }

    public Task ServeAsync(HttpContext http) =>
        gate.IsOpen && (level == AuthorizationLevel.Anonymous || !keys.Enforced) ? InvokeAsync(http) : CheckAsync(http);

    /// <summary>Runs it without a caller: the input is the body, the route's parameters have no value, nobody reads the answer.</summary>
    public async Task RunAsync(string input, CancellationToken drain)
    {
        await using var scope = serving.Root.CreateAsyncScope();
        var body = Encoding.UTF8.GetBytes(input);
        var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider, RequestAborted = drain };
        http.Request.Method = ((HttpTriggerAttribute)function.Trigger).Methods is [var method, ..] ? method.ToUpperInvariant() : HttpMethods.Get;
        http.Request.ContentType = "application/json";
        (http.Request.Body, http.Request.ContentLength) = (new MemoryStream(body), body.Length);
        await InvokeAsync(http);
    }

    private async Task CheckAsync(HttpContext http)
    {
        if (!await keys.MayRunAsync(http.Request, function.Name, level, http.RequestAborted))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        if (!await gate.EnterAsync(http.RequestAborted))
        {
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return;
        }
        try
        {
            await InvokeAsync(http);
        }
        finally
        {
            gate.Leave();
        }
    }

    private async Task InvokeAsync(HttpContext http)
    {
        using var lease = serving.Timeouts.Rent(http.RequestAborted);
        try
        {
            await (needsInvocation ? serving.Pipeline.RunAsync(Invocation(http, lease.Token)) : RunAsync(http, null, lease.Token));
            if (lease.Token.IsCancellationRequested && !http.Response.HasStarted) Fail(http, StatusCodes.Status500InternalServerError, null);
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
            var outOfTime = problem is OperationCanceledException && lease.Token.IsCancellationRequested;
            Fail(http, StatusCodes.Status500InternalServerError, outOfTime ? null : problem);
        }
    }

    private FunctionInvocation Invocation(HttpContext http, CancellationToken cancel) =>
        new(function, serving.Clock, cancel) { Http = http, Body = body };

    private Task RunAsync(HttpContext http, FunctionInvocation? invocation, CancellationToken cancel) =>
        answer(call.Value(http, invocation, null, cancel), http);

    private void Fail(HttpContext http, int status, Exception? problem)
    {
        if (http.RequestAborted.IsCancellationRequested) return;
        if (problem is null) serving.Logger.OutOfTime(function.Name, null);
        else serving.Logger.Failed(function.Name, problem);
        if (http.Response.HasStarted) http.Abort();
        else
        {
            http.Response.Clear();
            http.Response.StatusCode = status;
        }
    }
}
