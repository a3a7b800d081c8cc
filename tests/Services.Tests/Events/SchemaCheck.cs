using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Messaging;
using NJsonSchema;
using NJsonSchema.Validation;
using Serverless.Services.Events;

namespace Serverless.Services.Tests.Events;

/// <summary>Whether events are as their schemas say, and say nothing that they do not.</summary>
internal static class SchemaCheck
{
    private static readonly ConcurrentDictionary<string, Task<JsonSchema>> Schemas = [];

    public static async Task CheckAsync(IEnumerable<CloudEvent> events, string[] names)
    {
        var told = events.ToArray();
        Assert.Equal(names, told.Select(one => one.Type[(one.Type.LastIndexOf('.') + 1)..]));
        await CheckAsync(told);
    }

    public static async Task CheckAsync(IEnumerable<CloudEvent> events)
    {
        foreach (var one in events)
        {
            Assert.EndsWith(one.Type + (one.DataSchema!.StartsWith("urn:", StringComparison.Ordinal) ? "" : ".json"), one.DataSchema, StringComparison.Ordinal);
            var schema = await OfAsync(one.Type);
            Assert.Empty(schema.Validate(one.Data!.ToString()).SelectMany(Leaves).Select(error => $"{one.Type} {error.Path} {error.Kind}: {one.Data}"));
            Assert.Empty(Unknown(JsonDocument.Parse(one.Data).RootElement, schema, one.Type));
        }
    }

    public static Task<JsonSchema> OfAsync(string type) => Schemas.GetOrAdd(type, _ => JsonSchema.FromJsonAsync(EventSchemas.Text(type), CancellationToken.None));

    public static IEnumerable<ValidationError> Leaves(ValidationError error) =>
        error is ChildSchemaValidationError { Errors: var children } ? children.Values.SelectMany(inner => inner).SelectMany(Leaves) : [error];

    /// <summary>Members that the schema does not describe, where it describes members.</summary>
    private static IEnumerable<string> Unknown(JsonElement value, JsonSchema schema, string path) => value.ValueKind switch
    {
        JsonValueKind.Object when schema.Properties.Count > 0 => value.EnumerateObject().SelectMany(member =>
            schema.Properties.TryGetValue(member.Name, out var known) ? Unknown(member.Value, known, $"{path}.{member.Name}") : [$"{path}.{member.Name}"]),
        JsonValueKind.Array when schema.Item is { } item => value.EnumerateArray().SelectMany(one => Unknown(one, item, path + "[]")),
        _ => [],
    };
}
