using Microsoft.Azure.Functions.Worker.Middleware;

namespace Serverless.Hosting.Invocation;

/// <summary>The application's middleware around an invocation's body, or nothing when there is none.</summary>
internal sealed class FunctionPipeline
{
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> layers = [];
    private FunctionExecutionDelegate? built;

    public bool IsEmpty => layers.Count == 0;

    public void Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> layer) => layers.Add(layer);

    public Task RunAsync(FunctionInvocation invocation) => (built ??= Build())(invocation);

    private FunctionExecutionDelegate Build()
    {
        FunctionExecutionDelegate next = context => ((FunctionInvocation)context).Body((FunctionInvocation)context);
        foreach (var layer in layers.AsEnumerable().Reverse()) next = layer(next);
        return next;
    }
}
