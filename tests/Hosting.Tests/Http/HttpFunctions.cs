using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Serverless.Hosting.Tests.Http;

public sealed record Pet(string Name, int Age);

public sealed class HttpFunctions(Recorder recorder)
{
    [Function("ByName")]
    public static string ByName([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => request.Method;

    [Function("Predict")]
    public static Task<IResult> Predict([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/models/{model}:predict")] HttpRequest request, string model) =>
        Task.FromResult<IResult>(TypedResults.Text(model + " " + request.ContentType));

    [Function("Typed")]
    public static IResult Typed([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "typed/{version:int}/{id?}")] HttpRequest request, int version, Guid? id) =>
        TypedResults.Text($"{request.Method} {version} {id}");

    [Function("Poco")]
    public static Pet Poco([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "pet")] HttpRequest request) => new("Rex", request.Path.Value!.Length);

    [Function("Write")]
    public static async Task Write([HttpTrigger(AuthorizationLevel.Anonymous, "put", "post")] HttpRequest request, FunctionContext context, CancellationToken cancel)
    {
        request.HttpContext.Response.StatusCode = 418;
        await request.HttpContext.Response.WriteAsync(context.FunctionDefinition.Name + (context.InvocationId.Length > 0), cancel);
    }

    [Function("Throws")]
    public static IResult Throws([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => throw new InvalidOperationException(request.Path);

    [Function("Slow")]
    public async Task Slow([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, CancellationToken cancel)
    {
        recorder.Add(request.Path.Value);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
        }
        finally
        {
            recorder.Add("ended");
        }
    }

    [Function("Held")]
    public async Task<IResult> Held([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        recorder.Add(request.Path.Value);
        await ((TaskCompletionSource)recorder.Switches["hold"]).Task;
        return TypedResults.Ok();
    }
}

public sealed class ScopedFunctions(ScopedThing thing)
{
    [Function("Scoped")]
    public string Scoped([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
        ReferenceEquals(thing, request.HttpContext.RequestServices.GetService(typeof(ScopedThing))) ? "same" : "another";
}

public sealed class ScopedThing;

public sealed class KeyedFunctions
{
    [Function("Open")]
    public static string Open([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => request.Method;

    [Function("WithKey")]
    public static string WithKey([HttpTrigger(AuthorizationLevel.Function, "get")] HttpRequest request) => request.Method;

    [Function("ForSystem")]
    public static string ForSystem([HttpTrigger(AuthorizationLevel.System, "get")] HttpRequest request) => request.Method;

    [Function("ForAdmin")]
    public static string ForAdmin([HttpTrigger(AuthorizationLevel.Admin, "get")] HttpRequest request) => request.Method;
}
