using Microsoft.AspNetCore.Http;

namespace Serverless.Hosting.Invocation;

/// <summary>A compiled call of a function's method on a new instance of its class; gives back what the method returned (a task is not awaited).</summary>
internal delegate object? FunctionCall(HttpContext? http, FunctionInvocation? invocation, object? trigger, CancellationToken cancel);
