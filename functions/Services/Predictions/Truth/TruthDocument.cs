using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;
using Serverless.Services.Http;

namespace Serverless.Services.Predictions;

/// <summary>Reads the items of a request. An item that does not read is told by its index; a document that does not is a problem.</summary>
internal static class TruthDocument
{
    public const int MaximumItems = 10_000;

    private const int LargestBody = 16 << 20;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>The items of the body: JSON, or CSV with a header.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.UnsupportedMediaType"/>, <see cref="ProblemKind.BodyTooLarge"/>, <see cref="ProblemKind.InvalidRequest"/>.</exception>
    public static async Task<List<TruthItem>> ReadAsync(HttpRequest request, TruthKind kind, DateTimeOffset arrival, CancellationToken cancel)
    {
        var csv = request.ContentType?.StartsWith("text/csv", StringComparison.OrdinalIgnoreCase) is true;
        if (!csv && !request.HasJsonContentType()) throw new ProblemException(ProblemKind.UnsupportedMediaType, "The body is application/json or text/csv.") { Expected = ["application/json", "text/csv"] };
        var body = await request.ReadBytesAsync(LargestBody, cancel);
        var items = csv ? TruthCsv.Read(body, kind, arrival) : Read(body, kind, arrival);
        return items.Count <= MaximumItems ? items : throw TooMany();
    }

    /// <summary>There are more items than one request may have.</summary>
    public static ProblemException TooMany() => new(ProblemKind.InvalidRequest, $"A request has at most {MaximumItems} items.") { Where = "items" };

    private static List<TruthItem> Read(byte[] body, TruthKind kind, DateTimeOffset arrival)
    {
        using var document = Parse(body);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("items", out var items) || items.ValueKind != JsonValueKind.Array)
            throw new ProblemException(ProblemKind.InvalidRequest, "The body is an object whose items are an array.") { Where = "items" };
        foreach (var member in document.RootElement.EnumerateObject())
            if (member.Name != "items") throw new ProblemException(ProblemKind.InvalidRequest, $"The body has only items, not {member.Name}.") { Where = member.Name };
        if (items.GetArrayLength() > MaximumItems) throw TooMany();
        return [.. items.EnumerateArray().Select((item, index) => ReadText(item, index, kind, arrival))];
    }

    private static JsonDocument Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body.AsMemory(body.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0), Strict);
        }
        catch (JsonException wrong)
        {
            throw new ProblemException(ProblemKind.InvalidRequest, $"The body is not JSON: {wrong.Message}");
        }
    }

    // Broken UTF-8 and half surrogate pairs are found only when a text is taken.
    private static TruthItem ReadText(JsonElement item, int index, TruthKind kind, DateTimeOffset arrival)
    {
        try
        {
            return Read(item, index, kind, arrival);
        }
        catch (InvalidOperationException)
        {
            return TruthItem.Bad(index, null, "A text of the item is not Unicode.");
        }
    }

    private static TruthItem Read(JsonElement item, int index, TruthKind kind, DateTimeOffset arrival)
    {
        if (item.ValueKind != JsonValueKind.Object) return TruthItem.Bad(index, null, "An item is an object.");
        var id = Text(item, "id");
        foreach (var member in item.EnumerateObject())
            if (!IsMember(member.Name, kind)) return TruthItem.Bad(index, id, $"An item has no member {member.Name[..Math.Min(100, member.Name.Length)]}.");
        if (item.TryGetProperty("time", out var time) && time.ValueKind is not (JsonValueKind.String or JsonValueKind.Null)) return TruthItem.Bad(index, id, "time is text.");
        try
        {
            return TruthItem.Of(kind, index, id, Text(item, "name"), Value(item, TruthColumns.Value(kind)), Text(item, "time"), arrival);
        }
        catch (InvalidOperationException)
        {
            return TruthItem.Bad(index, null, "A text is not well-formed Unicode.");
        }
    }

    private static bool IsMember(string name, TruthKind kind) => name is "id" or "time" || name == TruthColumns.Value(kind) || (kind == TruthKind.Outcomes && name == "name");

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static TruthValue? Value(JsonElement item, string name) => !item.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()! is { Length: <= TruthValue.MaximumLength } text ? TruthValue.Of(text) : null,
        JsonValueKind.Number => TruthValue.OfNumber(value.GetRawText()),
        JsonValueKind.True or JsonValueKind.False => TruthValue.Of(value.GetBoolean()),
        _ => null,
    };
}
