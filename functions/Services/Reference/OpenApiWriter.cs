using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Services.Http;
using Serverless.Services.Inference.MLflow;
using Serverless.Services.Monitoring.Findings;

namespace Serverless.Services.Reference;

/// <summary>Writes the OpenAPI 3.1 document of routes: methods, paths and roles as the application has them, bodies as the serialiser reads and writes them.</summary>
/// <param name="docs">What the sources say.</param>
public sealed partial class OpenApiWriter(XmlDocs docs)
{
    /// <summary>The extension that lists whom an operation lets in.</summary>
    public const string RolesExtension = "x-roles";

    private const string Problem = "Problem";
    private const string ApiKey = "apiKey";
    private const string Bearer = "bearer";
    private const string Basic = "basic";

    private readonly SchemaCatalog schemas = new(docs);

    /// <summary>The document.</summary>
    public OpenApiDocument Write(IEnumerable<Route> routes)
    {
        Route[] all = [.. routes.OrderBy(route => route.Template, StringComparer.Ordinal).ThenBy(route => route.Method.Method, StringComparer.Ordinal)];
        Collect();
        var document = OpenApiDocument.Parse(Skeleton(all).ToJsonString(), OpenApiConstants.Json).Document!;
        foreach (var path in all.GroupBy(route => PathOf(route.Template)))
            document.Paths[path.Key] = new OpenApiPathItem { Operations = path.ToDictionary(route => route.Method, route => Describe(route, document)) };
        return document;
    }

    /// <summary>A template as a path: without the constraints.</summary>
    public static string PathOf(string template) => "/" + Constraint().Replace(template, "");

    private void Collect()
    {
        var given = Operations.All.Values.SelectMany(operation => operation.Gives).SelectMany(reply => reply.Forms).Select(form => form.Type).OfType<JsonTypeInfo>();
        foreach (var type in given.Concat([FindingWire.Default.Series, FindingWire.Default.SeriesNames, MLflowJson.Default.MLflowProblem])) schemas.Add(type);
        schemas.Reads = true;
        foreach (var form in Operations.All.Values.SelectMany(operation => operation.Takes))
            if (form.Type is { } type) schemas.Add(type);
    }

    // Schemas come as JSON; from here on they are the library's.
    private JsonObject Skeleton(Route[] routes) => new()
    {
        ["openapi"] = "3.1.1",
        ["info"] = new JsonObject
        {
            ["title"] = "Serverless MLOps",
            ["version"] = typeof(OpenApiWriter).Assembly.GetName().Version!.ToString(fieldCount: 2),
            ["description"] = "An ONNX model goes in; a prediction service that notices when it goes wrong, and mends itself, comes out. "
                + "JSON is camelCase, times are RFC 3339 in UTC, ids UUIDv7. Errors are problem details (RFC 9457), each kind with a `type` that stays.",
        },
        ["tags"] = new JsonArray([.. routes.Select(route => route.Room).Distinct().Order(StringComparer.Ordinal).Select(room => new JsonObject { ["name"] = room })]),
        ["paths"] = new JsonObject(),
        ["components"] = new JsonObject
        {
            ["schemas"] = Schemas(),
            ["securitySchemes"] = new JsonObject
            {
                [ApiKey] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "x-api-key", ["description"] = "A named key of the suite; `PUT /keys/{name}` issues them." },
                [Bearer] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "A named key, or on Azure a token of Entra ID whose app roles are Predict, Read, Contribute, Approve and Admin." },
                [Basic] = new JsonObject { ["type"] = "http", ["scheme"] = "basic", ["description"] = "A named key as the password, for clients that can send nothing else." },
            },
        },
    };

    private JsonObject Schemas()
    {
        var all = schemas.All;
        all[Problem] = new JsonObject
        {
            ["description"] = "RFC 9457 problem details. `error` repeats the detail for clients of the inference protocols.",
            ["type"] = "object",
            ["required"] = new JsonArray("type", "title", "status", "detail", "error"),
            ["properties"] = new JsonObject
            {
                ["type"] = new JsonObject { ["enum"] = new JsonArray([.. Enum.GetValues<ProblemKind>().Select(kind => JsonValue.Create(Answer.TypeOf(kind)))]) },
                ["title"] = new JsonObject { ["type"] = "string" },
                ["status"] = new JsonObject { ["type"] = "integer" },
                ["detail"] = new JsonObject { ["type"] = "string" },
                ["error"] = new JsonObject { ["type"] = "string" },
                ["where"] = new JsonObject { ["description"] = "Where it is: a JSON path, a field, a header.", ["type"] = "string" },
                ["expected"] = new JsonObject { ["description"] = "What would be right.", ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
            },
        };
        return all;
    }

    private static OpenApiOperation Describe(Route route, OpenApiDocument document)
    {
        if (!Operations.All.TryGetValue(route.Function, out var operation)) throw new InvalidOperationException($"Nothing says what {route.Function} takes and gives.");
        var (first, rest) = Split(route.Words);
        return new()
        {
            OperationId = route.Function,
            Summary = first,
            Description = string.Join("\n\n", new[] { rest, operation.Note, RolesText(route.Needed) }.OfType<string>()),
            Tags = new HashSet<OpenApiTagReference> { new(route.Room, document) },
            Parameters = [.. Names().Matches(route.Template).Select(match => InPath(match)), .. operation.Parameters.Select(Described)],
            RequestBody = operation.Takes.Count == 0 ? null : new OpenApiRequestBody { Required = !operation.BodyIsOptional, Content = Content(operation.Takes, document) },
            Responses = Answers(route, operation, document),
            Security = route.Needed == Role.Open ? [] : [.. new[] { ApiKey, Bearer, Basic }.Select(scheme => new OpenApiSecurityRequirement { [new(scheme, document)] = [] })],
            Extensions = new Dictionary<string, IOpenApiExtension> { [RolesExtension] = new JsonNodeExtension(new JsonArray([.. RolesOf(route.Needed).Select(role => JsonValue.Create(role))])) },
        };
    }

    private static OpenApiResponses Answers(Route route, Operation operation, OpenApiDocument document)
    {
        var answers = new OpenApiResponses();
        foreach (var reply in operation.Gives) answers[Text(reply.Status)] = new OpenApiResponse { Description = Words(reply.Status), Content = reply.Forms.Count == 0 ? null : Content(reply.Forms, document) };
        foreach (var status in Refusals(route, operation)) answers[Text(status)] = Refusal(Words(status), operation, document);
        answers["default"] = Refusal("A problem.", operation, document);
        return answers;
    }

    // What the shape of a route brings with it; anything else stands under "default".
    private static IEnumerable<int> Refusals(Route route, Operation operation)
    {
        if (operation.Takes.Count > 0 || operation.Parameters.Count > 0 || route.Template.Contains('{', StringComparison.Ordinal)) yield return StatusCodes.Status400BadRequest;
        if (route.Needed != Role.Open) yield return StatusCodes.Status401Unauthorized;
        if (route.Needed != Role.Open) yield return StatusCodes.Status403Forbidden;
        if (route.Template.Contains('{', StringComparison.Ordinal)) yield return StatusCodes.Status404NotFound;
        if (operation.Parameters.Any(parameter => parameter.Name == "If-Match")) yield return StatusCodes.Status412PreconditionFailed;
        if (operation.Takes.Count > 0) yield return StatusCodes.Status413PayloadTooLarge;
        if (operation.Takes.Count > 0) yield return StatusCodes.Status415UnsupportedMediaType;
    }

    // Whom the door does not let in is told by the door, which speaks no protocol.
    private static OpenApiResponse Refusal(string words, Operation operation, OpenApiDocument document)
    {
        var content = new Dictionary<string, IOpenApiMediaType> { ["application/problem+json"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(Problem, document) } };
        if (operation.SpeaksMLflow) content["application/json"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(nameof(MLflowProblem), document) };
        return new() { Description = words, Content = content };
    }

    private static Dictionary<string, IOpenApiMediaType> Content(IEnumerable<Form> forms, OpenApiDocument document) => forms.ToDictionary(form => form.MediaType, form => (IOpenApiMediaType)new OpenApiMediaType
    {
        Schema = form.Type is { } type ? new OpenApiSchemaReference(SchemaCatalog.NameOf(type.Type), document)
            : form.Schema is { } name ? new OpenApiSchemaReference(name, document)
            : null,
    });

    private static OpenApiParameter InPath(Match match)
    {
        var (name, isNumber) = (match.Groups["name"].Value, match.Groups["type"].Value == "int");
        return new() { Name = name, In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = isNumber ? JsonSchemaType.Integer : JsonSchemaType.String } };
    }

    private static OpenApiParameter Described(Parameter parameter) => new()
    {
        Name = parameter.Name,
        In = parameter.InHeader ? ParameterLocation.Header : ParameterLocation.Query,
        Description = parameter.Words,
        Schema = new OpenApiSchema { Type = parameter.Type.ToJsonSchemaType(), Format = parameter.Format },
    };

    private static (string Sentence, string? More) Split(string words)
    {
        var end = words.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? (words, null) : (words[..(end + 1)], words[(end + 2)..]);
    }

    private static string RolesText(Role needed) => needed == Role.Open ? "Open to all." : $"Needs one of the roles: {string.Join(", ", RolesOf(needed))}.";

    private static IEnumerable<string> RolesOf(Role needed) => needed == Role.Open ? []
        : Enum.GetValues<Role>().Where(role => role != Role.Open && (role == Role.Admin || needed.HasFlag(role))).Select(role => JsonNamingPolicy.CamelCase.ConvertName(role.ToString()));

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);

    private static string Words(int status) => status switch
    {
        StatusCodes.Status200OK => "As asked.",
        StatusCodes.Status201Created => "Made; `Location` says where.",
        StatusCodes.Status202Accepted => "Begun; `Location` says where it can be followed.",
        StatusCodes.Status204NoContent => "Done.",
        StatusCodes.Status206PartialContent => "A part of it.",
        StatusCodes.Status304NotModified => "It is what the ETag says.",
        StatusCodes.Status400BadRequest => "The request is wrong, and says where.",
        StatusCodes.Status401Unauthorized => "No key, or none that is known.",
        StatusCodes.Status403Forbidden => "The key's roles do not allow it.",
        StatusCodes.Status404NotFound => "It is not there.",
        StatusCodes.Status412PreconditionFailed => "It has changed since.",
        StatusCodes.Status413PayloadTooLarge => "The body is too large.",
        StatusCodes.Status415UnsupportedMediaType => "The body's form is not taken here.",
        StatusCodes.Status503ServiceUnavailable => "The same, while something that it leans on is unhealthy.",
        _ => throw new InvalidOperationException($"Nothing says what {status} means."),
    };

    [GeneratedRegex(@":\w+(?=\})")]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\{(?<name>\w+)(:(?<type>\w+))?\}")]
    private static partial Regex Names();
}
