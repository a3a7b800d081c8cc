using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Serverless.Core.Registry;

namespace Serverless.Services.Reference;

/// <summary>The document's schemas: records as the serialiser reads and writes them, each once, and what is written by hand.</summary>
internal sealed class SchemaCatalog
{
    private readonly SortedDictionary<string, JsonNode> schemas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Type> types = [];
    private readonly XmlDocs docs;
    private readonly JsonSchemaExporterOptions options;

    public SchemaCatalog(XmlDocs docs)
    {
        this.docs = docs;
        options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };
        using var file = typeof(SchemaCatalog).Assembly.GetManifestResourceStream("protocols.json")!;
        foreach (var (name, schema) in JsonNode.Parse(file)!.AsObject()) schemas[name] = schema!.DeepClone();
    }

    /// <summary>Whether records are read from here on: then what may be null must be there all the same where its constructor says so. In what is written nulls are left out.</summary>
    public bool Reads { get; set; }

    /// <summary>All that were asked for, and those that they lead to.</summary>
    public JsonObject All => new(schemas.Select(schema => KeyValuePair.Create<string, JsonNode?>(schema.Key, schema.Value.DeepClone())));

    /// <summary>The name of a record's schema.</summary>
    public string Add(JsonTypeInfo type)
    {
        var name = NameOf(type.Type);
        if (types.TryGetValue(name, out var there)) return there == type.Type ? name : throw new InvalidOperationException($"{there} and {type.Type} would both be called {name}.");
        types[name] = type.Type;
        var schema = type.GetJsonSchemaAsNode(options);
        Mend(type, schema);
        if (docs.Of(type.Type) is { } words) schema["description"] = words;
        schemas[name] = schema;
        return name;
    }

    /// <summary>A place where a schema stands.</summary>
    public static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    /// <summary>What a record's schema is called.</summary>
    public static string NameOf(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value) return NameOf(value);
        if (type.IsGenericType) return string.Concat(type.GetGenericArguments().Select(NameOf)) + type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)].Replace("IReadOnly", "", StringComparison.Ordinal);
        return type.IsNested ? NameOf(type.DeclaringType!) + type.Name : type.Name;
    }

    private JsonObject Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        var nested = context.Path.Length > 0 && context.TypeInfo.Kind == JsonTypeInfoKind.Object;
        var made = nested ? Nested(context, schema) : Told(context.TypeInfo, schema);
        if (context.PropertyInfo?.AttributeProvider is not PropertyInfo property || docs.Of(property) is not { } words) return made;
        made["description"] = words;
        return made;
    }

    // Of a property that a converter writes and that has a default the exporter keeps the default alone.
    private void Mend(JsonTypeInfo type, JsonNode schema)
    {
        foreach (var property in type.Properties)
        {
            if (!Reads && LeavesOutNull(type, property)) (schema["required"] as JsonArray)?.RemoveAll(name => name!.GetValue<string>() == property.Name);
            if (schema["properties"]?[property.Name] is not JsonObject { Count: 1 } told || !told.ContainsKey("default")) continue;
            var mended = Told(type.Options.GetTypeInfo(property.PropertyType), told);
            if (property.AttributeProvider is PropertyInfo member && docs.Of(member) is { } words) mended["description"] = words;
            schema["properties"]![property.Name] = mended;
        }
    }

    private static bool LeavesOutNull(JsonTypeInfo type, JsonPropertyInfo property) =>
        type.Options.DefaultIgnoreCondition == JsonIgnoreCondition.WhenWritingNull && (property.IsGetNullable || Nullable.GetUnderlyingType(property.PropertyType) is not null);

    private JsonObject Nested(JsonSchemaExporterContext context, JsonNode schema)
    {
        var value = Nullable.GetUnderlyingType(context.TypeInfo.Type);
        var reference = Reference(Add(value is null ? context.TypeInfo : context.TypeInfo.Options.GetTypeInfo(value)));
        var mayBeNull = value is not null || schema["type"] is JsonArray || context.PropertyInfo?.IsGetNullable == true;
        return mayBeNull ? new() { ["anyOf"] = new JsonArray(reference, new JsonObject { ["type"] = "null" }) } : reference;
    }

    private static JsonObject Told(JsonTypeInfo info, JsonNode schema)
    {
        var known = schema as JsonObject ?? [];
        if (known.ContainsKey("enum") || Plain(info) is not { } plain) return known;
        if (known.TryGetPropertyValue("default", out var value)) plain["default"] = value?.DeepClone();
        return plain;
    }

    // What a converter of ours writes is not told to the exporter.
    private static JsonObject? Plain(JsonTypeInfo info)
    {
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        var mayBeNull = type != info.Type;
        if (type == typeof(ModelName)) return Text("^[A-Za-z0-9][A-Za-z0-9._ -]{0,126}$", mayBeNull);
        if (type == typeof(Digest)) return Text("^[0-9a-f]{64}$", mayBeNull);
        if (type == typeof(Dimension)) return new() { ["description"] = "A length; a name or null where it varies.", ["type"] = new JsonArray("integer", "string", "null") };
        if (!type.IsEnum) return null;
        var members = Enum.GetValues(type).Cast<object>().Select(member => JsonSerializer.SerializeToNode(member, info));
        return new() { ["enum"] = new JsonArray([.. members, .. mayBeNull ? new JsonNode?[] { null } : []]) };
    }

    private static JsonObject Text(string pattern, bool mayBeNull) => new() { ["type"] = mayBeNull ? new JsonArray("string", "null") : "string", ["pattern"] = pattern };
}
