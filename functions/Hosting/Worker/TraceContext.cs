namespace Microsoft.Azure.Functions.Worker;

/// <summary>The distributed trace that an invocation belongs to.</summary>
public abstract class TraceContext
{
    /// <summary>For the host.</summary>
    protected TraceContext()
    {
    }

    /// <summary>The W3C <c>traceparent</c>.</summary>
    public abstract string TraceParent { get; }

    /// <summary>The W3C <c>tracestate</c>.</summary>
    public abstract string TraceState { get; }
}
