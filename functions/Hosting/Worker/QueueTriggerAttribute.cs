using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs the function for each message of a storage queue.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class QueueTriggerAttribute(string queueName) : TriggerBindingAttribute
{
    /// <summary>The queue's name, or <c>%Setting%</c>.</summary>
    public string QueueName { get; } = queueName;

    /// <summary>The setting with the storage connection; <c>AzureWebJobsStorage</c> when absent.</summary>
    public string? Connection { get; set; }
}
