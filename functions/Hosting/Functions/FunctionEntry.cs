using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Serverless.Hosting.Functions;

/// <summary>One function as its attributes declare it.</summary>
internal sealed class FunctionEntry(
    string name, MethodInfo method, ParameterInfo triggerParameter, TriggerBindingAttribute trigger, RetryAttribute? retry)
    : FunctionDefinition
{
    public override string Name => name;

    public override string Id => name;

    public override string EntryPoint { get; } = $"{method.DeclaringType!.FullName}.{method.Name}";

    public override string PathToAssembly => method.Module.Assembly.Location;

    public MethodInfo Method => method;

    public ParameterInfo TriggerParameter => triggerParameter;

    public TriggerBindingAttribute Trigger => trigger;

    public RetryAttribute? Retry => retry;
}
