using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using NJsonSchema;
using NJsonSchema.Validation;
using Serverless.App.Tests.Access;
using Serverless.App.Tests.Faults;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Services.Http;
using Serverless.Services.Reference;
using Serverless.Testing;

namespace Serverless.App.Tests.Reference;

/// <summary>The OpenAPI document that the running host serves: valid, and true of what the host maps, of the table of levels and of what is answered.</summary>
public sealed class OpenApiTests(OpenApiTests.Described described) : IClassFixture<OpenApiTests.Described>
{
    private const string Model = "described";

    [Fact]
    public void Document_IsValidOpenApi31()
    {
        var diagnostic = described.Read.Diagnostic!;
        Assert.Empty(diagnostic.Errors.Concat(diagnostic.Warnings).Select(error => error.ToString()));
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, diagnostic.SpecificationVersion);
        Assert.Empty(described.Document.Validate(ValidationRuleSet.GetDefaultRuleSet()).Select(error => error.ToString()));
    }

    [Fact]
    public void Document_EveryReference_LeadsSomewhere()
    {
        var root = JsonNode.Parse(described.Text)!;
        var references = References(root).ToList();
        Assert.NotEmpty(references);
        Assert.DoesNotContain(references, reference => Find(root, reference) is null);
    }

    [Fact]
    public async Task Document_HasWhatTheHostMaps()
    {
        using var functions = JsonDocument.Parse(await described.App.Client.GetStringAsync("/admin/functions"));
        var mapped =
            from function in functions.RootElement.EnumerateArray()
            from binding in function.GetProperty("config").GetProperty("bindings").EnumerateArray()
            where binding.GetProperty("type").GetString() == "httpTrigger"
            from method in binding.GetProperty("methods").EnumerateArray()
            select $"{method.GetString()!.ToUpperInvariant()} {OpenApiWriter.PathOf(binding.GetProperty("route").GetString()!)} {function.GetProperty("name").GetString()}";
        var told = described.Operations.Select(one => $"{one.Method} {one.Path} {one.Operation.OperationId}");
        Assert.Equal(mapped.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Document_HasThePathsOfTheTable()
    {
        // Who points the champion needs another role; the path is the same one.
        var promised = Level.Built.Where(level => !level.Path.EndsWith("/champion", StringComparison.Ordinal)).Select(level => level.ToString());
        Assert.Equal(promised.Order(StringComparer.Ordinal), described.Operations.Select(one => $"{one.Method} {one.Path}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Document_NamesTheRolesOfTheTable() => Assert.All(described.Operations, one =>
    {
        var needed = Level.Built.Single(level => level.Path == one.Path && level.Method == one.Method).Roles;
        var expected = needed == Role.Open ? [] : Enum.GetValues<Role>().Where(role => role != Role.Open && (role == Role.Admin || needed.HasFlag(role))).Select(role => JsonNamingPolicy.CamelCase.ConvertName(role.ToString()));
        var told = ((JsonNodeExtension)one.Operation.Extensions![OpenApiWriter.RolesExtension]).Node.AsArray().Select(role => role!.GetValue<string>());
        Assert.Equal(expected, told);
        Assert.Equal(needed == Role.Open, one.Operation.Security is not { Count: > 0 });
    });

    [Fact]
    public void Document_EveryOperation_SaysWhatItDoesAndAnswers() => Assert.All(described.Operations, one =>
    {
        Assert.NotEqual(one.Operation.OperationId, one.Operation.Summary);
        Assert.NotEmpty(one.Operation.Responses!);
        Assert.Equal(one.Path.Split('{').Length - 1, (one.Operation.Parameters ?? []).Count(parameter => parameter.In == ParameterLocation.Path));
    });

    [Fact]
    public void Document_Problem_HasEveryKind() => Assert.Equal(
        Enum.GetValues<ProblemKind>().Select(Answer.TypeOf), described.Document.Components!.Schemas!["Problem"].Properties!["type"].Enum!.Select(type => type!.GetValue<string>()));

    [Theory]
    [InlineData("/models", "/models")]
    [InlineData("/models/described", "/models/{model}")]
    [InlineData("/models/nobody", "/models/{model}")]
    [InlineData("/models/described/versions", "/models/{model}/versions")]
    [InlineData("/models/described/versions/1", "/models/{model}/versions/{version}")]
    [InlineData("/models/described/versions/1/card", "/models/{model}/versions/{version}/card")]
    [InlineData("/models/described/aliases/champion", "/models/{model}/aliases/{alias}")]
    [InlineData("/models/described/policy/versions", "/models/{model}/policy/versions")]
    [InlineData("/models/described/audit", "/models/{model}/audit")]
    [InlineData("/audit", "/audit")]
    [InlineData("/audit/verify", "/audit/verify")]
    [InlineData("/keys", "/keys")]
    [InlineData("/webhooks", "/webhooks")]
    [InlineData("/silences", "/silences")]
    [InlineData("/alerts", "/alerts")]
    [InlineData("/health", "/health")]
    [InlineData("/v2", "/v2")]
    [InlineData("/v2/models", "/v2/models")]
    [InlineData("/v2/models/described", "/v2/models/{model}")]
    [InlineData("/v2/models/described/ready", "/v2/models/{model}/ready")]
    [InlineData("/v1/models/described", "/v1/models/{model}")]
    [InlineData("/models/described/findings", "/models/{model}/findings")]
    [InlineData("/models/described/series", "/models/{model}/series")]
    [InlineData("/models/described/rollouts", "/models/{model}/rollouts")]
    [InlineData("/models/described/decisions", "/models/{model}/decisions")]
    [InlineData("/models/described/versions/1/baseline", "/models/{model}/versions/{version}/baseline")]
    public async Task Answer_IsAsTheDocumentSays(string address, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(described.App.Address, address));
        request.Headers.Add("Accept", "application/json");
        await AssertAnswerAsync(request, path);
    }

    [Theory]
    [InlineData("/v2/models/described/infer", "/v2/models/{model}/infer", """{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[5.1,3.5,1.4,0.2]}]}""")]
    [InlineData("/v1/models/described:predict", "/v1/models/{model}:predict", """{"instances":[[5.1,3.5,1.4,0.2]]}""")]
    [InlineData("/models/described/predict", "/models/{model}/predict", """{"rows":[{"input":[5.1,3.5,1.4,0.2]}]}""")]
    [InlineData("/models/described/predict", "/models/{model}/predict", """{"rows":[{"nothing":1}]}""")]
    [InlineData("/models/described/invocations", "/models/{model}/invocations", """{"inputs":[[5.1,3.5,1.4,0.2]]}""")]
    [InlineData("/models/described/invocations", "/models/{model}/invocations", """{"nothing":[]}""")]
    [InlineData("/models/described/labels", "/models/{model}/labels", """{"items":[{"id":"01890a5d-ac96-774b-bcce-b302099a8057","label":"setosa"},{"id":"x","label":1}]}""")]
    [InlineData("/models/described/scans", "/models/{model}/scans", """{"monitor":"operations"}""")]
    public async Task AnswerToABody_IsAsTheDocumentSays(string address, string path, string body)
    {
        await AssertBodyAsync(path, body);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(described.App.Address, address)) { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };
        await AssertAnswerAsync(request, path);
    }

    [Theory]
    [InlineData("ModelResponse", "{}")]
    [InlineData("AuditVerdict", """{"valid":"yes","models":[]}""")]
    [InlineData("RolloutRequest", """{"version":1,"strategy":"hope"}""")]
    [InlineData("WebhookRequest", """{"url":"https://example.org","more":1}""")]
    public async Task Schema_OfSomethingElse_Objects(string schema, string json) => Assert.NotEmpty(await FlawsAsync(schema, json));

    [Fact]
    public async Task Document_OfWhoHasIt_IsNotSentAgain()
    {
        using var first = await described.App.Client.GetAsync("/openapi.json");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(described.App.Address, "/openapi.json"));
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await described.App.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task Page_HasEveryOperationAndSchemaAndNeedsNothingElse()
    {
        using var answer = await described.App.Client.GetAsync("/reference");
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(Pages.Policy, answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.All(described.Operations, one => Assert.Contains($"id=\"{one.Operation.OperationId}\"", page, StringComparison.Ordinal));
        Assert.All(described.Document.Components!.Schemas!.Keys, schema => Assert.Contains($"id=\"schema-{schema}\"", page, StringComparison.Ordinal));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=\"http", page, StringComparison.OrdinalIgnoreCase);
    }

    // What the document's schema refuses of what is sent here would be told to callers as wrong. Bodies that are wrong by meaning alone fit it.
    private async Task AssertBodyAsync(string path, string body)
    {
        var operation = described.Operations.Single(one => one.Path == path && one.Method == "POST").Operation;
        await AssertFitsAsync(operation.RequestBody!.Content!["application/json"].Schema!, body);
    }

    private async Task AssertAnswerAsync(HttpRequestMessage request, string path)
    {
        var operation = described.Operations.Single(one => one.Path == path && one.Method == request.Method.Method).Operation;
        using var answer = await described.App.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var known = operation.Responses!.TryGetValue(((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture), out var response) ? response : operation.Responses["default"];
        Assert.True(known.Content!.TryGetValue(answer.Content.Headers.ContentType!.MediaType!, out var form), $"{answer.StatusCode} {answer.Content.Headers.ContentType}: {text}");
        Assert.True(form!.Schema is not null, $"{request.Method} {path} has no schema for {answer.Content.Headers.ContentType}");
        await AssertFitsAsync(form.Schema!, text);
    }

    private async Task AssertFitsAsync(IOpenApiSchema schema, string json) => Assert.Empty(await FlawsAsync(((OpenApiSchemaReference)schema).Reference.Id!, json));

    private async Task<IReadOnlyList<string>> FlawsAsync(string name, string json)
    {
        var schemas = JsonNode.Parse(described.Text.Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal))!["components"]!["schemas"]!;
        var checkable = new JsonObject { ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = $"#/definitions/{name}" }), ["definitions"] = schemas.DeepClone() };
        var errors = (await JsonSchema.FromJsonAsync(checkable.ToJsonString(), TestContext.Current.CancellationToken)).Validate(json);
        return [.. errors.SelectMany(Leaves).Select(error => $"{name} {error.Path} {error.Kind}: {json}")];
    }

    private static IEnumerable<ValidationError> Leaves(ValidationError error) =>
        error is ChildSchemaValidationError { Errors: var children } ? children.Values.SelectMany(inner => inner).SelectMany(Leaves) : [error];

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => member is { Key: "$ref", Value: JsonValue reference } ? [reference.GetValue<string>()] : References(member.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };

    private static JsonNode? Find(JsonNode root, string reference) => reference.Split('/')[1..].Aggregate((JsonNode?)root, (node, part) => node?[part]);

    /// <summary>The application with one model, and its document.</summary>
    public sealed class Described(AzuriteFixture azurite) : IAsyncLifetime
    {
        internal AppProcess App { get; private set; } = null!;

        internal string Text { get; private set; } = "";

        internal ReadResult Read { get; private set; } = null!;

        internal OpenApiDocument Document => Read.Document!;

        internal IEnumerable<(string Path, string Method, OpenApiOperation Operation)> Operations =>
            from path in Document.Paths from one in path.Value.Operations! select (path.Key, one.Key.Method, one.Value);

        public async ValueTask InitializeAsync()
        {
            App = await SuiteCalls.StartAsync(azurite.ConnectionString);
            var (status, body) = await SuiteCalls.RegisterAsync(App.Client, Model, SuiteCalls.Onnx(Files.Variant("iris_lr", Model)));
            Assert.True(status == HttpStatusCode.Created, body.GetRawText());
            Text = await App.Client.GetStringAsync("/openapi.json");
            Read = OpenApiDocument.Parse(Text, OpenApiConstants.Json);
        }

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
