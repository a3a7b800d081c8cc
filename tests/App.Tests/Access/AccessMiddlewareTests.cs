using Microsoft.Azure.Functions.Worker;
using Serverless.App.Access;

namespace Serverless.App.Tests.Access;

public sealed class AccessMiddlewareTests
{
    [Fact]
    public async Task HttpFunction_WithoutItsRequest_IsNotCalled()
    {
        var called = false;
        await Assert.ThrowsAsync<InvalidOperationException>(() => InvokeAsync("PutAlias", () => called = true));
        Assert.False(called);
    }

    [Fact]
    public async Task QueueFunction_WithoutARequest_IsCalled()
    {
        var called = false;
        await InvokeAsync("DispatchOutbox", () => called = true);
        Assert.True(called);
    }

    private static Task InvokeAsync(string function, Action called) => new AccessMiddleware(null!).Invoke(new Call(function), _ =>
    {
        called();
        return Task.CompletedTask;
    });

    private sealed class Call(string function) : FunctionContext
    {
        public override string InvocationId => "1";

        public override string FunctionId => "1";

        public override TraceContext TraceContext => throw new NotSupportedException();

        public override BindingContext BindingContext => throw new NotSupportedException();

        public override RetryContext? RetryContext => null;

        public override IServiceProvider InstanceServices { get; set; } = null!;

        public override FunctionDefinition FunctionDefinition { get; } = new Definition(function);

        public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

        public override IInvocationFeatures Features => throw new NotSupportedException();
    }

    private sealed class Definition(string name) : FunctionDefinition
    {
        public override string PathToAssembly => "";

        public override string EntryPoint => "";

        public override string Id => "1";

        public override string Name => name;
    }
}
