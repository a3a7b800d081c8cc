using System.Text.Json;

namespace Serverless.Hosting.Events;

/// <summary>The events of a request's body: one, or an array of them, in either of Event Grid's schemas.</summary>
internal static class EventBody
{
    /// <summary>The events as they stand; <see cref="JsonException"/> when it is not JSON.</summary>
    public static async Task<List<JsonElement>> ReadAsync(Stream body, CancellationToken cancel)
    {
        using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancel);
        var root = document.RootElement.Clone();
        return root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray()] : [root];
    }

    /// <summary>Whether it is a CloudEvent or an Event Grid event.</summary>
    public static bool IsEvent(JsonElement candidate) =>
        candidate.ValueKind == JsonValueKind.Object && HasText(candidate, "id")
        && ((HasText(candidate, "specversion") && HasText(candidate, "type") && HasText(candidate, "source"))
            || (HasText(candidate, "eventType") && HasText(candidate, "subject")));

    private static bool HasText(JsonElement candidate, string name) =>
        candidate.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 };
}
