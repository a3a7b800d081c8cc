namespace Microsoft.Azure.Functions.Worker;

/// <summary>What is known about a function before it runs.</summary>
public abstract class FunctionDefinition
{
    /// <summary>For the host.</summary>
    protected FunctionDefinition()
    {
    }

    /// <summary>The assembly's file.</summary>
    public abstract string PathToAssembly { get; }

    /// <summary>The method's full name.</summary>
    public abstract string EntryPoint { get; }

    /// <summary>The same at every start.</summary>
    public abstract string Id { get; }

    /// <summary>The function's name.</summary>
    public abstract string Name { get; }
}
