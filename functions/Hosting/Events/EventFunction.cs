using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Serverless.Hosting.Invocation;

namespace Serverless.Hosting.Events;

/// <summary>A function of Event Grid events.</summary>
internal sealed class EventFunction(BackgroundFunction function, ILogger logger)
{
    private readonly bool batched = ((EventGridTriggerAttribute)function.Function.Trigger).IsBatched;
    private readonly Func<IReadOnlyList<JsonElement>, object?> bind = EventBinding.For(
        function.Function.TriggerParameter.ParameterType, ((EventGridTriggerAttribute)function.Function.Trigger).IsBatched);

    public string Name => function.Function.Name;

    /// <summary>Runs it for a delivery: once for each event side by side, or once for all.</summary>
    public Task RunAsync(IReadOnlyList<JsonElement> events, CancellationToken cancel) => batched
        ? InvokeAsync(events, cancel)
        : Task.WhenAll(events.Select(one => InvokeAsync([one], cancel)));

    private async Task InvokeAsync(IReadOnlyList<JsonElement> events, CancellationToken cancel)
    {
        object? value;
        try
        {
            value = bind(events);
        }
        catch (EventFormatException problem)
        {
            logger.Failed(Name, problem);
            throw;
        }
        await function.RunAsync(value, Data(events), null, function.NewId(), cancel);
    }

    private static Dictionary<string, object?> Data(IReadOnlyList<JsonElement> events) =>
        new() { ["data"] = events[0].ValueKind == JsonValueKind.Object && events[0].TryGetProperty("data", out var data) ? data.GetRawText() : null };
}
