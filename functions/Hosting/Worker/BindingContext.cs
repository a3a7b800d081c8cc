namespace Microsoft.Azure.Functions.Worker;

/// <summary>What the trigger knows about an invocation.</summary>
public abstract class BindingContext
{
    /// <summary>For the host.</summary>
    protected BindingContext()
    {
    }

    /// <summary>Route values, or the properties of a message.</summary>
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}
