using Microsoft.Extensions.DependencyInjection;
using Serverless.Hosting.Functions;

namespace Serverless.Hosting.Invocation;

/// <summary>Runs a function that no HTTP request waits for: in a scope of its own, within <c>functionTimeout</c>.</summary>
internal sealed class BackgroundFunction(FunctionEntry function, Serving serving)
{
    private readonly Lazy<FunctionCall> call = new(() => serving.Compiler.Compile(function));

    public FunctionEntry Function => function;

    public async Task RunAsync(
        object? trigger, IReadOnlyDictionary<string, object?>? data, InvocationRetry? retry, string id, CancellationToken cancel)
    {
        await using var scope = serving.Root.CreateAsyncScope();
        using var lease = serving.Timeouts.Rent(cancel);
        var invocation = new FunctionInvocation(function, serving.Clock, lease.Token)
        {
            Body = BodyAsync, TriggerValue = trigger, Data = data, Retry = retry, Id = id, InstanceServices = scope.ServiceProvider,
        };
        serving.Logger.Running(function.Name, id);
        try
        {
            await serving.Pipeline.RunAsync(invocation);
            lease.Token.ThrowIfCancellationRequested();
            serving.Logger.Succeeded(function.Name, id);
        }
        catch (Exception problem)
        {
            if (problem is OperationCanceledException && lease.Token.IsCancellationRequested && !cancel.IsCancellationRequested) serving.Logger.OutOfTime(function.Name, problem);
            else serving.Logger.Failed(function.Name, problem);
            throw;
        }
    }

    public string NewId() => Guid.CreateVersion7(serving.Clock.GetUtcNow()).ToString();

    private Task BodyAsync(FunctionInvocation invocation) =>
        call.Value(null, invocation, invocation.TriggerValue, invocation.CancellationToken) as Task ?? Task.CompletedTask;
}
