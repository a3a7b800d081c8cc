using System.Collections;
using System.Collections.ObjectModel;
using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;

namespace Serverless.Hosting.Invocation;

internal sealed class InvocationTrace(Activity? activity) : TraceContext
{
    public override string TraceParent { get; } = activity?.Id ?? "";

    public override string TraceState { get; } = activity?.TraceStateString ?? "";
}

internal sealed class InvocationBinding(IReadOnlyDictionary<string, object?>? data) : BindingContext
{
    public override IReadOnlyDictionary<string, object?> BindingData { get; } = data ?? ReadOnlyDictionary<string, object?>.Empty;
}

internal sealed class InvocationRetry(int count, int maximum) : RetryContext
{
    public override int RetryCount => count;

    public override int MaxRetryCount => maximum;
}

internal sealed class InvocationFeatures : IInvocationFeatures
{
    private readonly Dictionary<Type, object> features = [];

    public void Set<T>(T instance) => features[typeof(T)] = instance!;

    public T? Get<T>() => features.TryGetValue(typeof(T), out var found) ? (T)found : default;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => features.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
