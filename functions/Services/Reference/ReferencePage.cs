using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Serverless.Services.Monitoring.Reports;

namespace Serverless.Services.Reference;

/// <summary>The document as one page that needs nothing else: no script, no other file, no network.</summary>
internal static class ReferencePage
{
    private static readonly JsonSchemaType[] Types =
        [JsonSchemaType.String, JsonSchemaType.Integer, JsonSchemaType.Number, JsonSchemaType.Boolean, JsonSchemaType.Object, JsonSchemaType.Array, JsonSchemaType.Null];

    /// <summary>Writes the page.</summary>
    public static string Html(OpenApiDocument document) => Markup.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{document.Info.Title} · reference</title>
        <style>{ReportStyle.Sheet}{Sheet}</style>
        </head>
        <body>
        <p class="eyebrow">OpenAPI 3.1 · <a href="openapi.json">openapi.json</a></p>
        <h1>{document.Info.Title}</h1>
        <p class="lead">{Words(document.Info.Description)}</p>
        <nav>{Markup.Each(Rooms(document), room => Markup.Of($"""<a href="#{room}">{room}</a> """))}<a href="#access">Access</a> <a href="#schemas">Schemas</a></nav>
        <main>
        {Markup.Each(Rooms(document), room => Room(room, document))}
        <h2 id="access">Access</h2>
        <dl>{Markup.Each(document.Components!.SecuritySchemes!, scheme => Markup.Of($"<div><dt>{scheme.Key}</dt><dd>{Words(scheme.Value.Description)}</dd></div>"))}</dl>
        <h2 id="schemas">Schemas</h2>
        {Markup.Each(document.Components.Schemas!, schema => Schema(schema.Key, schema.Value))}
        </main>
        </body>
        </html>

        """).ToString();

    private static Markup Sheet => Markup.Of($$"""
        a { color: var(--window); } nav a { margin-right: .8em; } nav { line-height: 2; }
        code, .path, .method { font-family: ui-monospace, "SF Mono", Consolas, "Liberation Mono", monospace; font-size: .92em; }
        .method { min-width: 4.6em; font-weight: 700; } .GET { color: var(--good); } .POST, .PATCH { color: var(--window); } .PUT { color: var(--open); } .DELETE { color: var(--beyond); }
        .does { color: var(--soft); font-size: .9rem; } h4 { margin: 1.1rem 0 .3rem; font-size: .9rem; } td.type { white-space: normal; color: var(--soft); width: 26%; } tbody th { width: 24%; font-family: ui-monospace, Consolas, monospace; }
        """);

    private static IEnumerable<string> Rooms(OpenApiDocument document) => document.Tags!.Select(tag => tag.Name!);

    private static Markup Room(string room, OpenApiDocument document) => Markup.Of($"""
        <h2 id="{room}">{room}</h2>
        {Markup.Each(from path in document.Paths from one in path.Value.Operations! where one.Value.Tags!.Any(tag => tag.Reference.Id == room) select (Path: path.Key, Method: one.Key.Method, one.Value), one => Operation(one.Path, one.Method, one.Value))}
        """);

    private static Markup Operation(string path, string method, OpenApiOperation operation) => Markup.Of($"""
        <details class="card"><summary><span class="method {method}">{method}</span><span class="path">{path}</span><span class="does">{Words(operation.Summary)}</span>{Markup.Each(Roles(operation), role => Markup.Of($"""<span class="tag">{role}</span>"""))}</summary>
        <p class="words" id="{operation.OperationId}">{Words(operation.Description)}</p>
        {Parameters(operation.Parameters!)}
        {(operation.RequestBody is { } body ? Markup.Of($"<h4>Body{(body.Required ? "" : ", may be left out")}</h4>{Content(body.Content!)}") : Markup.Empty)}
        <h4>Answers</h4>
        <table><tbody>{Markup.Each(operation.Responses!, answer => Markup.Of($"""<tr><th scope="row">{answer.Key}</th><td class="type">{answer.Value.Description}</td><td>{Forms(answer.Value.Content)}</td></tr>"""))}</tbody></table>
        </details>

        """);

    private static IEnumerable<string> Roles(OpenApiOperation operation) =>
        operation.Extensions![OpenApiWriter.RolesExtension] is JsonNodeExtension { Node: JsonArray { Count: > 0 } roles } ? roles.Select(role => role!.GetValue<string>()) : ["open"];

    private static Markup Parameters(IList<IOpenApiParameter> parameters) => parameters.Count == 0 ? Markup.Empty : Markup.Of($"""
        <h4>Parameters</h4>
        <table><tbody>{Markup.Each(parameters, one => Markup.Of($"""<tr><th scope="row">{one.Name}</th><td class="type">{one.In!.Value.GetDisplayName()}, {TypeOf(one.Schema!)}</td><td>{Words(one.Description)}</td></tr>"""))}</tbody></table>
        """);

    private static Markup Content(IDictionary<string, IOpenApiMediaType> content) => Markup.Of($"<p>{Forms(content)}</p>");

    private static Markup Forms(IDictionary<string, IOpenApiMediaType>? content) =>
        content is null ? Markup.Empty : Markup.Each(content, form => Markup.Of($"<code>{form.Key}</code> {(form.Value.Schema is { } schema ? TypeOf(schema) : Markup.Empty)} "));

    private static Markup Schema(string name, IOpenApiSchema schema) => Markup.Of($"""
        <details class="card"><summary><span class="name">{name}</span><span class="does">{Words(schema.Description)}</span></summary>
        <p class="words" id="schema-{name}">{TypeOf(schema)}</p>
        {(schema.Properties is { Count: > 0 } properties ? Markup.Of($"<table><tbody>{Markup.Each(properties, one => Property(one.Key, one.Value, schema))}</tbody></table>") : Markup.Empty)}
        </details>

        """);

    private static Markup Property(string name, IOpenApiSchema property, IOpenApiSchema owner) => Markup.Of(
        $"""<tr><th scope="row">{name}</th><td class="type">{TypeOf(property)}{(owner.Required?.Contains(name) == true ? ", required" : "")}</td><td>{Words(property.Description)}</td></tr>""");

    private static Markup TypeOf(IOpenApiSchema schema)
    {
        if (schema is OpenApiSchemaReference { Reference.Id: { } id }) return Markup.Of($"""<a href="#schema-{id}">{id}</a>""");
        if (schema.Enum is { Count: > 0 } members) return Markup.Of($"one of {string.Join(", ", members.Select(member => member?.ToJsonString() ?? "null"))}");
        if ((schema.AnyOf ?? schema.OneOf) is { Count: > 0 } choices && schema.Properties is not { Count: > 0 }) return Joined(choices);
        if (schema.Type is not { } type) return Markup.Of($"anything");
        if (type.HasFlag(JsonSchemaType.Array) && schema.Items is { } items) return Markup.Of($"array of {TypeOf(items)}{(type.HasFlag(JsonSchemaType.Null) ? " or null" : "")}");
        if (schema.AdditionalProperties is { } values) return Markup.Of($"object of {TypeOf(values)}{(type.HasFlag(JsonSchemaType.Null) ? " or null" : "")}");
        return Markup.Of($"{string.Join(" or ", Types.Where(one => type.HasFlag(one)).Select(one => one.ToString().ToLowerInvariant()))}{(schema.Format is { } format ? $" ({format})" : "")}");
    }

    private static Markup Joined(IList<IOpenApiSchema> choices) =>
        Markup.Join(choices.Select((choice, index) => index == 0 ? TypeOf(choice) : Markup.Of($" or {TypeOf(choice)}")));

    // The document's words are Markdown; all that they use of it is code between backticks.
    private static Markup Words(string? words) => words is null ? Markup.Empty : Markup.Join(
        words.Split('`').Select((part, index) => index % 2 == 0 ? Markup.Of($"{part}") : Markup.Of($"<code>{part}</code>")));
}
