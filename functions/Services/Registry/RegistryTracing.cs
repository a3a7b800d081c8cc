using System.Diagnostics;
using Serverless.Core.Registry;

namespace Serverless.Services.Registry;

/// <summary>The room's spans.</summary>
public static class RegistryTracing
{
    /// <summary>The source's name.</summary>
    public const string Name = "Serverless.Registry";

    internal static ActivitySource Source { get; } = new(Name);

    /// <summary>Begins a transaction on a model: aliases that flip are among its actions.</summary>
    internal static Activity? Change(ModelName model, Plan plan)
    {
        var span = Source.StartActivity("change model");
        if (span is not { IsAllDataRequested: true }) return span;
        return span.SetTag("mlops.model.name", model.Value).SetTag("mlops.actions", plan.Changes.Select(change => change.Action).ToArray());
    }
}
