using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Serverless.Services.Tests.Registry;

/// <summary>The policy's JSON Schema as a page for people: a table a part, and one for each shape that stands in several places.</summary>
internal sealed class PolicyReference
{
    private readonly JsonElement definitions;
    private readonly StringBuilder page = new();

    private PolicyReference(JsonElement schema) => definitions = schema.GetProperty("definitions");

    /// <summary>The tables, part by part.</summary>
    public static string Of(string schema)
    {
        using var document = JsonDocument.Parse(schema);
        var reference = new PolicyReference(document.RootElement);
        foreach (var part in document.RootElement.GetProperty("properties").EnumerateObject()) reference.Section(part.Name, part.Value);
        foreach (var shape in reference.definitions.EnumerateObject().OrderBy(shape => shape.Name, StringComparer.Ordinal)) reference.Section(shape.Name, shape.Value);
        return reference.page.ToString();
    }

    private void Section(string name, JsonElement schema)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {name}\n\n");
        if (Description(schema) is { Length: > 0 } said) page.Append(said).Append("\n\n");
        if (!HasMembers(schema))
        {
            page.Append("Takes ").Append(Takes(schema)).Append(".\n");
            return;
        }

        page.Append("| member | takes | |\n| --- | --- | --- |\n");
        Rows("", schema);
    }

    private void Rows(string prefix, JsonElement schema)
    {
        var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet() : [];
        foreach (var (name, member) in Members(schema))
        {
            page.Append(CultureInfo.InvariantCulture, $"| `{prefix}{name}` | {Takes(member)} | {Description(member)}{(required.Contains(name) ? " Required." : "")} |\n");
            if (HasMembers(member)) Rows($"{prefix}{name}.", member);
            else if (member.TryGetProperty("items", out var items) && HasMembers(items)) Rows($"{prefix}{name}[].", items);
        }
    }

    private static bool HasMembers(JsonElement schema) => Members(schema).Any();

    // Members with names of the owner's choice stand as {name}.
    private static IEnumerable<(string Name, JsonElement Schema)> Members(JsonElement schema)
    {
        if (schema.TryGetProperty("properties", out var members))
            foreach (var member in members.EnumerateObject()) yield return (member.Name, member.Value);
        if (schema.TryGetProperty("patternProperties", out var patterns))
            foreach (var pattern in patterns.EnumerateObject()) yield return ("{name}", pattern.Value);
        if (schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind == JsonValueKind.Object) yield return ("{column}", others);
    }

    private static string Description(JsonElement schema) => schema.TryGetProperty("description", out var text) ? text.GetString()!.Replace("|", "\\|", StringComparison.Ordinal) : "";

    private static string Takes(JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference)) return Shape(reference.GetString()!.Split('/')[^1]);
        if (schema.TryGetProperty("enum", out var members)) return string.Join(", ", members.EnumerateArray().Select(member => $"`{member}`"));
        if (schema.TryGetProperty("oneOf", out var choices) || schema.TryGetProperty("anyOf", out choices)) return string.Join(" or ", choices.EnumerateArray().Select(Takes));
        if (!schema.TryGetProperty("type", out var type)) return "anything";
        var types = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];
        return string.Join(" or ", types.Select(one => Named(one, schema)));
    }

    private static string Named(string type, JsonElement schema) => type switch
    {
        "integer" or "number" => type + Range(schema, "minimum", "maximum", ""),
        "string" when schema.TryGetProperty("pattern", out var pattern) => $"text like `{pattern.GetString()!.Replace("|", "\\|", StringComparison.Ordinal)}`",
        "string" => "text" + Range(schema, "minLength", "maxLength", " characters"),
        "array" => "list of " + Takes(schema.GetProperty("items")) + Range(schema, "minItems", "maxItems", " items"),
        "object" when schema.TryGetProperty("maxProperties", out var most) => $"object of at most {most} members",
        _ => type,
    };

    private static string Shape(string name) => $"[{name}](#{name.ToLowerInvariant()})";

    private static string Range(JsonElement schema, string least, string most, string unit)
    {
        var exclusive = char.ToUpperInvariant(least[0]) + least[1..];
        var from = schema.TryGetProperty(least, out var low) ? $"from {low}" : schema.TryGetProperty($"exclusive{exclusive}", out low) ? $"above {low}" : "";
        var to = schema.TryGetProperty(most, out var high) ? $"to {high}" : schema.TryGetProperty($"exclusive{char.ToUpperInvariant(most[0])}{most[1..]}", out high) ? $"below {high}" : "";
        var range = $"{from} {to}".Trim();
        return range.Length == 0 ? "" : $", {range}{unit}";
    }
}
