using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Hosting.Functions;

namespace Serverless.Hosting.Invocation;

/// <summary>One invocation: what middleware sees of it, everything made when first asked for.</summary>
internal sealed class FunctionInvocation(FunctionEntry function, TimeProvider clock, CancellationToken cancel) : FunctionContext
{
    /// <summary>Where ASP.NET Core integration keeps the HttpContext.</summary>
    public const string HttpContextKey = "HttpRequestContext";

    private string? id;
    private IDictionary<object, object>? items;
    private InvocationFeatures? features;
    private IServiceProvider? services;

    public FunctionEntry Entry => function;

    public HttpContext? Http { get; init; }

    public object? TriggerValue { get; init; }

    public required Func<FunctionInvocation, Task> Body { get; init; }

    public IReadOnlyDictionary<string, object?>? Data { get; init; }

    /// <summary>Set to share one id between the attempts of a run.</summary>
    public string? Id { init => id = value; }

    public InvocationRetry? Retry { get; init; }

    public override string InvocationId => id ??= Guid.CreateVersion7(clock.GetUtcNow()).ToString();

    public override string FunctionId => function.Id;

    public override FunctionDefinition FunctionDefinition => function;

    public override TraceContext TraceContext => field ??= new InvocationTrace(Activity.Current);

    public override BindingContext BindingContext => field ??= new InvocationBinding(Data ?? Http?.Request.RouteValues);

    public override RetryContext? RetryContext => Retry;

    public override IServiceProvider InstanceServices
    {
        get => Http?.RequestServices ?? services!;
        set
        {
            if (Http is null) services = value;
            else Http.RequestServices = value;
        }
    }

    public override IDictionary<object, object> Items
    {
        get => items ??= Http is null ? [] : new Dictionary<object, object>(1) { [HttpContextKey] = Http };
        set => items = value;
    }

    public override IInvocationFeatures Features => features ??= new InvocationFeatures();

    public override CancellationToken CancellationToken => cancel;
}
