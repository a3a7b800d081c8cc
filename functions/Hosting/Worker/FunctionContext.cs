namespace Microsoft.Azure.Functions.Worker;

/// <summary>One invocation of a function.</summary>
public abstract class FunctionContext
{
    /// <summary>For the host.</summary>
    protected FunctionContext()
    {
    }

    /// <summary>This invocation.</summary>
    public abstract string InvocationId { get; }

    /// <summary>The function, by an id that is the same at every start.</summary>
    public abstract string FunctionId { get; }

    /// <summary>The distributed trace that the invocation belongs to.</summary>
    public abstract TraceContext TraceContext { get; }

    /// <summary>What the trigger knows.</summary>
    public abstract BindingContext BindingContext { get; }

    /// <summary>Which attempt this is; null without a retry attribute.</summary>
    public abstract RetryContext? RetryContext { get; }

    /// <summary>The invocation's services.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>The function.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>What middleware shares; an HTTP invocation has its <c>HttpContext</c> here.</summary>
    public abstract IDictionary<object, object> Items { get; set; }

    /// <summary>What the host shares.</summary>
    public abstract IInvocationFeatures Features { get; }

    /// <summary>Ends when the caller has gone or the time is up.</summary>
    public virtual CancellationToken CancellationToken { get; }
}
