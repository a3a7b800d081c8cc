using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using NJsonSchema;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Events;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Aliases;
using Serverless.Services.Registry.Models;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Tests.Registry;
using Serverless.Services.Tests.Registry.Onnx;
using Serverless.Testing;

namespace Serverless.Services.Tests.Events;

/// <summary>Every event that is published is as its schema says, and says nothing that its schema does not.</summary>
public sealed class EventSchemasTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public void EveryAction_ThatIsTold_HasASchema_AndEverySchemaIsOne_OfATypeThatIsTold()
    {
        var told = typeof(Actions).GetFields(BindingFlags.Static | BindingFlags.Public).Where(field => field.IsLiteral).Select(action => (string)action.GetRawConstantValue()!)
            .Except(Actions.Untold).Select(EventTypes.Of).Concat(Enum.GetNames<AlertEvent>().Select(name => EventTypes.Monitoring + name));
        Assert.Equal(told.Order(StringComparer.Ordinal), EventSchemas.Types);
    }

    [Fact]
    public async Task EverySchema_IsOne_AndNamesItself()
    {
        foreach (var type in EventSchemas.Types)
        {
            var document = JsonNode.Parse(EventSchemas.Text(type))!;
            Assert.Equal((EventSchemas.Address(type, null), type, "https://json-schema.org/draft/2020-12/schema"), (document["$id"]!.GetValue<string>(), document["title"]!.GetValue<string>(), document["$schema"]!.GetValue<string>()));
            var schema = await JsonSchema.FromJsonAsync(EventSchemas.Text(type), TestContext.Current.CancellationToken);
            Assert.Contains("correlationId", schema.RequiredProperties);
            Assert.NotEmpty(schema.Validate("{}"));
        }
    }

    [Fact]
    public void EveryType_StandsInThePage_AndThePageHasNoOther()
    {
        var named = System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(Repository.File("docs", "events.md")), @"`(Serverless\.\w+\.\w+)`").Select(match => match.Groups[1].Value);
        Assert.Equal(EventSchemas.Types, named.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AnUnknownType_IsNotFound_AndTheKnownOnesAreNamed() =>
        Assert.Contains("Serverless.Registry.AliasMoved", Assert.Throws<ProblemException>(() => EventSchemas.Text("Serverless.Registry.Nothing")).Expected!);

    [Fact]
    public async Task Events_OfTheRegistry_AreAsTheirSchemasSay()
    {
        await using var host = await RegistryHost.StartAsync(azurite.ConnectionString);
        var (model, caller) = (ModelName.Parse("described"), RegistryHost.Caller);
        var (models, versions, aliases) = (host.Get<ModelService>(), host.Get<VersionService>(), host.Get<AliasService>());
        for (var width = 1; width <= 2; width++) await host.RegisterAsync(model.Value, Tiny(width));
        await models.PutAsync(model, new("What it does.", "me", TaskKind.Regression, new Dictionary<string, string> { ["team"] = "risk" }), null, caller, default);
        await versions.EditAsync(model, 2, new("Better.", new Dictionary<string, string> { ["run"] = "7" }), null, caller, default);
        await host.Get<PolicyService>().PutAsync(model, PolicyDocument.Parse("""{"logging":{"retentionDays":30}}""", false), null, caller, default);
        await aliases.PutAsync(model, AliasName.Champion, new(2, "Better."), null, caller, default);
        await aliases.PutAsync(model, AliasName.Parse("old"), new(1), null, caller, default);
        await aliases.DeleteAsync(model, AliasName.Parse("old"), null, null, caller, default);
        foreach (var archived in (bool[])[true, false]) await versions.SetArchivedAsync(model, 1, archived, "Old.", null, caller, default);
        foreach (var archived in (bool[])[true, false]) await models.SetArchivedAsync(model, archived, null, null, caller, default);
        await SchemaCheck.CheckAsync(host.Events,
            ["ModelCreated", "VersionRegistered", "AliasMoved", "VersionRegistered", "ModelChanged", "VersionChanged", "PolicyChanged", "AliasMoved", "AliasMoved", "AliasDeleted", "VersionArchived", "VersionRestored", "ModelArchived", "ModelRestored"]);
    }

    [Theory]
    [InlineData(nameof(Actions.RolloutStarted), null)]
    [InlineData(nameof(Actions.RolloutMoved), """{"stage":"validated","step":0}""")]
    [InlineData(nameof(Actions.RolloutPromoted), """{"stage":"canary","step":3}""")]
    public async Task Events_OfRollouts_AreAsTheirSchemasSay(string action, string? before)
    {
        await using var host = await RegistryHost.StartAsync(azurite.ConnectionString);
        var model = ModelName.Parse("described-" + action);
        await host.RegisterAsync(model.Value, Tiny(1));
        var (rollout, after) = ("01a208b9-318b-79e0-ae57-3ea4d5600000", JsonNode.Parse("""{"version":1,"champion":null,"stage":"awaitingApproval","step":0,"policy":0,"share":0.05}""")!);
        after["rollout"] = rollout;
        await host.Get<ModelStore>().ChangeAsync(model, RegistryHost.Caller, record => Task.FromResult<Plan?>(new(record!, [], new Change(action, "versions/1", before is null ? null : JsonNode.Parse(before), after, "Why.", rollout))), default);
        await SchemaCheck.CheckAsync(host.Events.TakeLast(1), [action["Rollout".Length..]]);
        after["stage"] = "somewhere";
        Assert.Contains((await SchemaCheck.OfAsync(host.Events[^1].Type)).Validate(new JsonObject { ["after"] = after.DeepClone() }.ToJsonString()).SelectMany(SchemaCheck.Leaves), error => error.Kind == NJsonSchema.Validation.ValidationErrorKind.NotInEnumeration);
    }

    [Fact]
    public async Task Stages_AreThoseOfTheMachine()
    {
        var after = (await SchemaCheck.OfAsync("Serverless.Rollout.Moved")).Properties["after"];
        Assert.Equal(Enum.GetNames<RolloutStage>().Select(JsonNamingPolicy.CamelCase.ConvertName), after.Properties["stage"].Enumeration.Select(stage => (string)stage!));
    }

    private static byte[] Tiny(int width) => TinyModel.Of(input: TinyModel.Value("x", 1, 1, width), output: TinyModel.Value("y", 1, 1, width)).ToArray();
}
