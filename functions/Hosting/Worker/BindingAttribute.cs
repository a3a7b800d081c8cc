namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>What every binding attribute is.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class BindingAttribute : Attribute
{
    /// <summary>For derived attributes.</summary>
    public BindingAttribute()
    {
    }
}
