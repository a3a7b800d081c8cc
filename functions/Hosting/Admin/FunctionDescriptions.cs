using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using Serverless.Hosting.Functions;
using Serverless.Hosting.Http;
using Serverless.Hosting.Settings;

namespace Serverless.Hosting.Admin;

/// <summary>Functions as <c>/admin/functions</c> lists them.</summary>
internal sealed class FunctionDescriptions(FunctionCatalog catalog, DisabledFunctions disabled, string routePrefix)
{
    public JsonArray All() => new([.. catalog.Entries.Select(One)]);

    public JsonObject One(FunctionEntry function) => new()
    {
        ["name"] = function.Name,
        ["href"] = $"/admin/functions/{function.Name}",
        ["isDisabled"] = disabled.Has(function),
        ["language"] = "dotnet-isolated",
        ["config"] = new JsonObject { ["entryPoint"] = function.EntryPoint, ["bindings"] = new JsonArray(Binding(function)) },
    };

    private JsonObject Binding(FunctionEntry function)
    {
        var binding = new JsonObject { ["name"] = function.TriggerParameter.Name, ["direction"] = "In" };
        switch (function.Trigger)
        {
            case HttpTriggerAttribute http:
                binding["type"] = "httpTrigger";
                binding["authLevel"] = http.AuthLevel.ToString();
                binding["methods"] = http.Methods is null ? null : new JsonArray([.. http.Methods.Select(method => (JsonNode)method)]);
                binding["route"] = HttpRoutes.Template(function, http, routePrefix);
                break;
            case TimerTriggerAttribute timer:
                binding["type"] = "timerTrigger";
                binding["schedule"] = timer.Schedule;
                binding["useMonitor"] = timer.UseMonitor;
                binding["runOnStartup"] = timer.RunOnStartup;
                break;
            case QueueTriggerAttribute queue:
                binding["type"] = "queueTrigger";
                binding["queueName"] = queue.QueueName;
                binding["connection"] = queue.Connection;
                break;
            case EventGridTriggerAttribute events:
                binding["type"] = "eventGridTrigger";
                binding["cardinality"] = events.IsBatched ? "Many" : "One";
                break;
        }
        return binding;
    }
}
