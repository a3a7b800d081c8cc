using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Serverless.App.Telemetry;
using Serverless.Services.Telemetry;

namespace Serverless.App.Tests.Telemetry;

/// <summary>What opens the span of an invocation on Azure, by itself.</summary>
public sealed class TracingMiddlewareTests : IDisposable
{
    private const string TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private readonly ConcurrentQueue<Activity> stopped = new();
    private readonly ActivityListener listener;

    public TracingMiddlewareTests()
    {
        listener = new()
        {
            ShouldListenTo = source => source.Name == FunctionTracing.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
    }

    public void Dispose() => listener.Dispose();

    [Fact]
    public async Task HttpFunction_RunsInASpanBelowItsHosts()
    {
        Activity? within = null;
        await new TracingMiddleware().Invoke(new Call("Infer"), _ =>
        {
            within = Activity.Current;
            return Task.CompletedTask;
        });
        var span = Assert.Single(stopped);
        Assert.Same(span, within);
        Assert.Equal(("Infer", ActivityKind.Server, TraceParent[3..35], TraceParent[36..52]), (span.DisplayName, span.Kind, span.TraceId.ToString(), span.ParentSpanId.ToString()));
        Assert.Equal(("Infer", "the-invocation", "http"), (span.GetTagItem("faas.name"), span.GetTagItem("faas.invocation_id"), span.GetTagItem("faas.trigger")));
    }

    [Fact]
    public async Task HttpFunction_ThatFails_SaysOfWhatKind()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => new TracingMiddleware().Invoke(new Call("Infer"), _ => throw new InvalidDataException("a feature: 5.1")));
        var span = Assert.Single(stopped);
        Assert.Equal((ActivityStatusCode.Error, null, "System.IO.InvalidDataException"), (span.Status, span.StatusDescription, span.GetTagItem("error.type")));
        Assert.Empty(span.Events);
    }

    [Fact]
    public async Task QueueFunction_OpensItsOwn()
    {
        var ran = false;
        await new TracingMiddleware().Invoke(new Call("Scan"), _ =>
        {
            ran = Activity.Current is null;
            return Task.CompletedTask;
        });
        Assert.True(ran);
        Assert.Empty(stopped);
    }

    private sealed class Call(string function) : FunctionContext
    {
        public override string InvocationId => "the-invocation";

        public override string FunctionId => "1";

        public override TraceContext TraceContext { get; } = new Trace();

        public override BindingContext BindingContext => throw new NotSupportedException();

        public override RetryContext? RetryContext => null;

        public override IServiceProvider InstanceServices { get; set; } = null!;

        public override FunctionDefinition FunctionDefinition { get; } = new Definition(function);

        public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

        public override IInvocationFeatures Features => throw new NotSupportedException();
    }

    private sealed class Trace : TraceContext
    {
        public override string TraceParent => TracingMiddlewareTests.TraceParent;

        public override string TraceState => "";
    }

    private sealed class Definition(string name) : FunctionDefinition
    {
        public override string PathToAssembly => "";

        public override string EntryPoint => "";

        public override string Id => "1";

        public override string Name => name;
    }
}
