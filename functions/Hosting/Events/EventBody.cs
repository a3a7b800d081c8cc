using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Serverless.Hosting.Http;

namespace Serverless.Hosting.Events;

/// <summary>The events of a request's body: one, or an array of them, in either of Event Grid's schemas.</summary>
internal static class EventBody
{
    /// <summary>What Event Grid takes and sends at most.</summary>
    public const int Largest = 1 << 20;

    /// <summary>The events as they stand; <see cref="JsonException"/> when it is not JSON, <see cref="BadHttpRequestException"/> when it is too large.</summary>
    public static async Task<List<JsonElement>> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        request.LimitBody(Largest);
        using var document = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancel);
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
