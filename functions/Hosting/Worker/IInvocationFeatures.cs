namespace Microsoft.Azure.Functions.Worker;

/// <summary>Objects of an invocation, by type.</summary>
public interface IInvocationFeatures : IEnumerable<KeyValuePair<Type, object>>
{
    /// <summary>Sets the one of this type.</summary>
    public void Set<T>(T instance);

    /// <summary>The one of this type, or null.</summary>
    public T? Get<T>();
}
