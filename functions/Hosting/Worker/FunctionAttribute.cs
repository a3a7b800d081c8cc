namespace Microsoft.Azure.Functions.Worker;

/// <summary>Marks a method as a function.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class FunctionAttribute(string name) : Attribute
{
    /// <summary>The function's name, unique in the application.</summary>
    public string Name { get; } = name;
}
