using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Serverless.App.Tests.Fuzz;

/// <summary>JSON that fits a schema of the document, by chance.</summary>
internal sealed class JsonShapes(OpenApiDocument document)
{
    private const int Deepest = 6;

    private static readonly string[] Words = ["fuzzed", "a", "input", "label", "setosa", "drift", "operations", "champion", "1", "x y", "ü"];

    /// <summary>A value for a schema.</summary>
    public JsonNode? Of(IOpenApiSchema? schema, Random chance, int depth = 0)
    {
        if (schema is OpenApiSchemaReference { Reference.Id: { } id }) schema = document.Components!.Schemas![id];
        if (schema is null || depth > Deepest) return Anything(chance);
        if (schema.Enum is { Count: > 0 } members) return members[chance.Next(members.Count)]?.DeepClone();
        if ((schema.AnyOf ?? schema.OneOf) is { Count: > 0 } choices && schema.Properties is not { Count: > 0 }) return Of(choices[chance.Next(choices.Count)], chance, depth);
        JsonSchemaType[] types = schema.Type is { } type ? [.. Enum.GetValues<JsonSchemaType>().Where(one => type.HasFlag(one))] : [];
        return types.Length == 0 ? Anything(chance) : Of(schema, types[chance.Next(types.Length)], chance, depth);
    }

    private JsonNode? Of(IOpenApiSchema schema, JsonSchemaType type, Random chance, int depth) => type switch
    {
        JsonSchemaType.String => Text(schema, chance),
        JsonSchemaType.Integer => chance.Next(8) == 0 ? chance.NextInt64() : chance.Next(1, 4),
        JsonSchemaType.Number => Math.Round(chance.NextDouble(), 3),
        JsonSchemaType.Boolean => chance.Next(2) == 0,
        JsonSchemaType.Array => new JsonArray([.. Enumerable.Range(0, chance.Next(4)).Select(_ => Of(schema.Items, chance, depth + 1))]),
        JsonSchemaType.Object => Object(schema, chance, depth),
        _ => null,
    };

    private JsonObject Object(IOpenApiSchema schema, Random chance, int depth)
    {
        var made = new JsonObject();
        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
            if (schema.Required?.Contains(name) == true || chance.Next(2) == 0) made[name] = Of(property, chance, depth + 1);
        if (schema.AdditionalProperties is { } values)
            for (var count = chance.Next(3); count > 0; count--) made[Words[chance.Next(Words.Length)]] = Of(values, chance, depth + 1);
        return made;
    }

    private static JsonValue Text(IOpenApiSchema schema, Random chance) => JsonValue.Create(schema.Format switch
    {
        "date-time" => DateTimeOffset.FromUnixTimeSeconds(chance.NextInt64(1_700_000_000, 1_900_000_000)).ToString("O"),
        "uuid" => Guid.CreateVersion7(DateTimeOffset.FromUnixTimeSeconds(chance.NextInt64(1_700_000_000, 1_900_000_000))).ToString("D"),
        _ when schema.Pattern?.Contains("d{2}", StringComparison.Ordinal) == true => "00:05:00",
        _ => Words[chance.Next(Words.Length)],
    });

    private static JsonNode? Anything(Random chance) => chance.Next(6) switch
    {
        0 => null,
        1 => chance.Next(),
        2 => chance.NextDouble(),
        3 => new JsonArray(1, 2.5, "a"),
        4 => new JsonObject { ["a"] = 1 },
        _ => Words[chance.Next(Words.Length)],
    };
}
