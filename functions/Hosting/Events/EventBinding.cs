using System.Text.Json;
using Azure.Messaging;
using Azure.Messaging.EventGrid;

namespace Serverless.Hosting.Events;

/// <summary>Turns events into what a function takes.</summary>
internal static class EventBinding
{
    /// <summary>For one event, or for a whole delivery when the function takes an array.</summary>
    public static Func<IReadOnlyList<JsonElement>, object?> For(Type type, bool batched)
    {
        if (!batched) return Checked(events => One(events[0], type));
        var element = type.GetElementType()!;
        return Checked(events =>
        {
            var array = Array.CreateInstance(element, events.Count);
            for (var i = 0; i < events.Count; i++) array.SetValue(One(events[i], element), i);
            return array;
        });
    }

    private static Func<IReadOnlyList<JsonElement>, object?> Checked(Func<IReadOnlyList<JsonElement>, object?> bind) => events =>
    {
        try
        {
            return bind(events);
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw new EventFormatException(problem);
        }
    };

    private static object? One(JsonElement item, Type type)
    {
        var text = item.GetRawText();
        if (type == typeof(string)) return text;
        var data = BinaryData.FromString(text);
        if (type == typeof(BinaryData)) return data;
        if (type == typeof(CloudEvent)) return CloudEvent.Parse(data);
        if (type == typeof(EventGridEvent)) return EventGridEvent.Parse(data);
        return item.Deserialize(type, JsonSerializerOptions.Web);
    }
}

/// <summary>The event is not what the function takes. Trying again would not help.</summary>
internal sealed class EventFormatException(Exception inner) : Exception("The event is not of the kind that the function takes: " + inner.Message, inner);
