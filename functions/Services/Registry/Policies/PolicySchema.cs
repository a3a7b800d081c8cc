using System.Text.Json;
using NJsonSchema;

namespace Serverless.Services.Registry.Policies;

/// <summary>The JSON Schema that documents are checked against, and that <c>GET /schemas/policy.json</c> serves.</summary>
public static class PolicySchema
{
    private const decimal LargestNumber = 1e18m;

    /// <summary>The schema as served.</summary>
    public static string Text { get; } = ReadText();

    private static readonly Lazy<JsonSchema> Schema = new(() => JsonSchema.FromJsonAsync(Text).GetAwaiter().GetResult());

    /// <summary>Every breach, as <c>pointer: what is wrong</c>; empty when the document is valid.</summary>
    public static IReadOnlyList<string> Breaches(string json)
    {
        using var document = JsonDocument.Parse(json);
        // The checker has no words for numbers that its types cannot hold.
        return HugeNumber(document.RootElement, "") is { } pointer ? [$"{(pointer.Length == 0 ? "/" : pointer)}: number too large"] : Check(json);
    }

    private static string? HugeNumber(JsonElement element, string pointer) => element.ValueKind switch
    {
        JsonValueKind.Number => element.TryGetDecimal(out var number) && Math.Abs(number) <= LargestNumber ? null : pointer,
        JsonValueKind.Object => element.EnumerateObject().Select(member => HugeNumber(member.Value, $"{pointer}/{member.Name}")).FirstOrDefault(found => found is not null),
        JsonValueKind.Array => element.EnumerateArray().Select((item, index) => HugeNumber(item, $"{pointer}/{index}")).FirstOrDefault(found => found is not null),
        _ => null,
    };

    private static IReadOnlyList<string> Check(string json) =>
        [.. Schema.Value.Validate(json).SelectMany(Leaves).Select(error => $"{Pointer(error.Path)}: {Say(error.Kind.ToString())}{Hint(error.Schema)}").Distinct()];

    private static IEnumerable<NJsonSchema.Validation.ValidationError> Leaves(NJsonSchema.Validation.ValidationError error) =>
        error is NJsonSchema.Validation.ChildSchemaValidationError { Errors: var children }
            ? children.Values.SelectMany(inner => inner).SelectMany(Leaves)
            : [error];

    // NJsonSchema says "#/serving.maxQueue"; a JSON pointer is "/serving/maxQueue".
    private static string Pointer(string? path) => path is null or "#" or "#/" ? "/" : path[1..].Replace('.', '/');

    private static string Say(string kind) =>
        string.Concat(kind.Select((letter, at) => char.IsUpper(letter) ? (at == 0 ? $"{char.ToLowerInvariant(letter)}" : $" {char.ToLowerInvariant(letter)}") : $"{letter}"));

    private static string Hint(JsonSchema? schema) => schema switch
    {
        { Enumeration.Count: > 0 } => $" (one of: {string.Join(", ", schema.Enumeration)})",
        { Minimum: { } minimum, Maximum: { } maximum } => $" ({minimum} to {maximum})",
        { Pattern: not null } => " (an ISO 8601 duration such as PT30S)",
        { Properties.Count: > 0 } => $" (known: {string.Join(", ", schema.Properties.Keys)})",
        _ => "",
    };

    private static string ReadText()
    {
        using var stream = typeof(PolicySchema).Assembly.GetManifestResourceStream("policy.schema.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
