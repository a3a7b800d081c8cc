using System.Text.Json;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Serverless.Hosting.Events;
using Serverless.Hosting.Functions;
using Serverless.Hosting.Http;
using Serverless.Hosting.Invocation;
using Serverless.Hosting.Queues;

namespace Serverless.Hosting.Admin;

/// <summary>Runs a function in the background because someone asked for it.</summary>
internal sealed class RunNow(IReadOnlyDictionary<string, BackgroundFunction> functions, IReadOnlyDictionary<string, HttpFunction> web, TimeProvider clock) : IListener
{
    private readonly RunningTasks running = new();
    private CancellationToken drain;

    /// <summary>False for input that the function can't take.</summary>
    public bool Start(FunctionEntry entry, string input)
    {
        if (web.TryGetValue(entry.Name, out var served))
        {
            running.Start(() => served.RunAsync(input, drain));
            return true;
        }
        if (!functions.TryGetValue(entry.Name, out var function) || !TryBind(entry, input, out var value)) return false;
        running.Start(() => RunAsync(function, value));
        return true;
    }

    public async Task RunAsync(Halt halt)
    {
        drain = halt.Drain;
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, halt.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await running.UntilAsync(0, CancellationToken.None);
    }

    private bool TryBind(FunctionEntry entry, string input, out object? value)
    {
        try
        {
            value = entry.Trigger switch
            {
                QueueTriggerAttribute => QueueBinding.For(entry.TriggerParameter.ParameterType)(Message(input)),
                EventGridTriggerAttribute events => EventBinding.For(entry.TriggerParameter.ParameterType, events.IsBatched)(Events(input)),
                _ => new TimerInfo(),
            };
            return true;
        }
        catch (Exception problem) when (problem is JsonException or EventFormatException)
        {
            value = null;
            return false;
        }
    }

    private static List<JsonElement> Events(string input)
    {
        var root = JsonElement.Parse(input);
        return root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray()] : [root];
    }

    private QueueMessage Message(string input)
    {
        var now = clock.GetUtcNow();
        return QueuesModelFactory.QueueMessage(Guid.CreateVersion7(now).ToString(), "", BinaryData.FromString(input), 1, now, now, now);
    }

    private async Task RunAsync(BackgroundFunction function, object? value)
    {
        try
        {
            await function.RunAsync(value, null, null, function.NewId(), drain);
        }
#pragma warning disable CA1031 // Logged where it was thrown; whoever asked has been answered.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
