using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Access;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Rollout.Validation;
using Serverless.Services.Tests.Monitoring.Alerts;
using Serverless.Testing;

namespace Serverless.Services.Tests.Rollout;

/// <summary>The census models before the default gates, on UCI's own evaluation file: each that should be stopped is stopped by the gate that should stop it.</summary>
public sealed class ValidationTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly string[] Features = ["age", "education_num", "capital_gain", "capital_loss", "hours_per_week", "married", "managerial", "male"];

    private Receiver receiver = null!;
    private RolloutRig rig = null!;

    public async ValueTask InitializeAsync()
    {
        receiver = await Receiver.StartAsync();
        rig = new(azurite.ConnectionString, TimeProvider.System, new(), receiver.Address + "/events");
    }

    public async ValueTask DisposeAsync()
    {
        await rig.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Theory]
    [InlineData("adult_better", null)]
    [InlineData("adult_equal", null)]
    [InlineData("adult_worse", "performance")]
    [InlineData("adult_biased", "fairness")]
    [InlineData("adult_bad_slice", "slices")]
    [InlineData("adult_fewer_inputs", "signature")]
    [InlineData("adult_nonfinite", "finite")]
    [InlineData("adult_slow", "latency")]
    public async Task CensusModel_BeforeTheDefaultGates_IsStoppedByTheRightOne(string challenger, string? gate)
    {
        var (evidence, decision) = await ValidateAsync(challenger);
        string[] stops = [.. decision.Results.Where(result => result.Stops).Select(result => result.Gate.Name)];
        var told = $"{decision.Words}\n{Encoding.UTF8.GetString(evidence.Json.Span)}";
        if (gate is null) Assert.True(stops.Length == 0, told);
        else Assert.True(stops.Contains(gate), told);
        Assert.Equal(gate is null ? DecisionOutcome.Proceed : DecisionOutcome.Stop, decision.Outcome);
        if (gate is not null) Assert.Contains($"{gate} fails: ", decision.Words, StringComparison.Ordinal);
        Assert.True(decision.Agrees(decision.Recompute(Evidence.Read(evidence.Json))));
    }

    [Fact]
    public async Task Metrics_OfTheCensusModels_AreThoseOfScikitLearn()
    {
        var (evidence, _) = await ValidateAsync("adult_better");
        using var stated = JsonDocument.Parse(await File.ReadAllTextAsync(Repository.File("tests", "data", "models/adult_models.json")));
        foreach (var (prefix, name) in new[] { ("", "adult_better"), ("champion.", "adult_champion") })
        {
            var model = stated.RootElement.GetProperty("models").GetProperty(name);
            Assert.Equal(model.GetProperty("auc").GetDouble(), evidence.Figures[$"{prefix}metrics.auc"].Value!.Value, 4);
            Assert.Equal(model.GetProperty("f1").GetDouble(), evidence.Figures[$"{prefix}metrics.f1"].Value!.Value, 4);
            Assert.Equal(model.GetProperty("selection_rate_male").GetDouble() - model.GetProperty("selection_rate_female").GetDouble(), evidence.Figures[$"{prefix}fairness.sex.demographic_parity_difference"].Value!.Value, 3);
        }
    }

    [Theory]
    [InlineData(0f, 0.5f, DecisionOutcome.Proceed)]
    [InlineData(1f, 0.5f, DecisionOutcome.Stop)]
    public async Task Regression_IsJudgedByItsAbsoluteErrorOnTheSameRows(float candidate, float champion, DecisionOutcome outcome)
    {
        // What is true is the input, give or take a tenth; "size" is written as texts with numbers in them.
        var name = await RegisterAsync(champion, candidate);
        await PutAsync(name, "x,label,size\n" + string.Concat(Enumerable.Range(0, 400).Select(row => FormattableString.Invariant($"{row % 40},{row % 40 + ((row % 3) - 1) * 0.1},{row % 40}\n"))), "?label=label&slices=size");
        var (evidence, decision) = await ValidateAsync(name);
        double Value(string figure) => evidence.Figures[figure].Value!.Value;
        foreach (var (figure, constant) in new[] { ("metrics.mae", candidate), ("champion.metrics.mae", champion) }) Assert.InRange(Value(figure), constant - 0.1, constant + 0.1);
        Assert.Equal(Value("champion.metrics.mae") - Value("metrics.mae"), Value("comparison.mae"), 6);
        Assert.Equal(Value("comparison.mae"), Value("comparison.score"));
        Assert.Equal(400, evidence.Figures["comparison.score"].Count);
        Assert.Contains(evidence.Figures.Keys, figure => figure.StartsWith("slices.size.", StringComparison.Ordinal) && figure.Contains("from 10", StringComparison.Ordinal));
        Assert.Equal(outcome, decision.Outcome);
        if (outcome == DecisionOutcome.Stop) Assert.Contains("performance fails: comparison.score", decision.Words, StringComparison.Ordinal);
        Assert.True(decision.Agrees(decision.Recompute(Evidence.Read(evidence.Json))));
    }

    [Theory]
    [InlineData(false, "reject", 30, null)]
    [InlineData(false, "imputeNull", 40, 0.0)]
    [InlineData(true, "imputeNull", 40, 1.0)]
    public async Task Rows_WithAValueMissing_CountWhereCallersMaySendThem(bool fills, string missing, int rows, double? nulls)
    {
        var name = ModelName.Parse($"nulls-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}");
        foreach (var file in (byte[][])[TinyOnnx.Plus(0), fills ? TinyOnnx.Filled() : [.. TinyOnnx.Plus(0), .. TinyOnnx.Padding(1, 1)]]) await RegisterAsync(name, file);
        await rig.Get<PolicyService>().PutAsync(name, PolicyDocument.Parse($$$"""{"serving": {"missing": "{{{missing}}}"}}""", isYaml: false), null, RolloutRig.Caller(), default);
        await PutAsync(name, "x,label\n" + string.Concat(Enumerable.Range(0, 40).Select(row => row % 4 == 0 ? ",0\n" : $"{row},{row}\n")), "?label=label");
        var (evidence, decision) = await ValidateAsync(name);
        Assert.Equal((rows, fills || missing == "reject" ? 1.0 : 0.75), (evidence.Figures["robustness.finite"].Count, evidence.Figures["robustness.finite"].Value));
        Assert.Equal(nulls, evidence.Figures.GetValueOrDefault("robustness.nulls")?.Value);
        Assert.Equal(missing == "reject" || fills ? DecisionOutcome.Proceed : DecisionOutcome.Stop, decision.Outcome);
    }

    [Fact]
    public async Task Rows_WithAWholeNumberMissing_AreLeftOut_ForNothingStandsForIt()
    {
        var name = ModelName.Parse($"whole-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}");
        foreach (var padding in (byte[])[1, 2]) await RegisterAsync(name, [.. TinyOnnx.Lookup(), .. TinyOnnx.Padding(1, padding)]);
        await rig.Get<PolicyService>().PutAsync(name, PolicyDocument.Parse("""{"serving": {"missing": "imputeNull"}}""", isYaml: false), null, RolloutRig.Caller(), default);
        await PutAsync(name, "x,label\n" + string.Concat(Enumerable.Range(0, 40).Select(row => row % 4 == 0 ? ",0\n" : $"{row % 3},{(row % 3 + 1) * 10}\n")), "?label=label");
        var (evidence, _) = await ValidateAsync(name);
        Assert.Equal((1.0, 30, 0.0), (evidence.Figures["trial.loaded"].Value, evidence.Figures["robustness.finite"].Count, evidence.Figures["metrics.mae"].Value));
    }

    private async Task<ModelName> RegisterAsync(params float[] constants)
    {
        var name = ModelName.Parse($"numbers-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}");
        foreach (var constant in constants) await RegisterAsync(name, TinyOnnx.Plus(constant));
        return name;
    }

    private Task RegisterAsync(ModelName model, byte[] onnx) => RegisterAsync(model, onnx, new { featureNames = new[] { "x" }, task = "regression" });

    private async Task PutAsync(ModelName model, string csv, string query)
    {
        var context = new DefaultHttpContext { RequestServices = rig.Services };
        context.SetPrincipal(Principal.Anonymous);
        context.Request.ContentType = "text/csv";
        context.Request.QueryString = new(query);
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        await rig.Get<EvaluationSets>().PutAsync(context.Request, model.Value, default);
    }

    private async Task<(Evidence Evidence, Decision Decision)> ValidateAsync(string challenger)
    {
        var name = ModelName.Parse($"census-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}");
        await RegisterAsync(name, "adult_champion", Features);
        await RegisterAsync(name, challenger, challenger == "adult_fewer_inputs" ? Features[..6] : Features);
        await EvaluationAsync(name);
        return await ValidateAsync(name);
    }

    private async Task<(Evidence Evidence, Decision Decision)> ValidateAsync(ModelName name)
    {
        rig.Get<ModelSnapshots>().Invalidate(name);
        var state = new RolloutState(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), name.Value, 2, 1, "registrar", 0, TimeProvider.System.GetUtcNow());
        var evidence = await rig.Get<OfflineEvidence>().GatherAsync(state, new(), default);
        Assert.All(evidence.Figures.Keys, figure => Assert.Null(EvidenceCatalogue.Problem(figure)));
        return (evidence, Decision.Make(Guid.Empty, new(name.Value, 2, state.Id, DecisionStage.Validation, 0), evidence, Gate.All(new ValidationPolicy().InForce), TimeProvider.System.GetUtcNow()));
    }

    private async Task RegisterAsync(ModelName model, string file, string[] features) =>
        await RegisterAsync(model, await File.ReadAllBytesAsync(Repository.File("tests", "data", $"models/{file}.onnx")), new { featureNames = features, classLabels = new[] { "0", "1" }, task = "binaryClassification" });

    private async Task RegisterAsync(ModelName model, byte[] onnx, object metadata)
    {
        var context = new DefaultHttpContext();
        using var form = new MultipartFormDataContent
        {
            { new StringContent(JsonSerializer.Serialize(metadata), Encoding.UTF8, "application/json"), "metadata" },
            { new ByteArrayContent(onnx) { Headers = { ContentType = new("application/octet-stream") } }, "model", "model.onnx" },
        };
        context.Request.ContentType = form.Headers.ContentType!.ToString();
        context.Request.Body = await form.ReadAsStreamAsync();
        await rig.Get<VersionIntake>().TakeAsync(model, context.Request, RolloutRig.Caller("registrar"), default);
    }

    private async Task EvaluationAsync(ModelName model)
    {
        var context = new DefaultHttpContext { RequestServices = rig.Services };
        context.SetPrincipal(Principal.Anonymous);
        context.Request.ContentType = "text/csv";
        context.Request.QueryString = new("?label=label&sensitive=sex&slices=age,sex");
        await using var file = File.OpenRead(Repository.File("tests", "data", "adult_evaluation.csv.gz"));
        await using var text = new GZipStream(file, CompressionMode.Decompress);
        context.Request.Body = text;
        await rig.Get<EvaluationSets>().PutAsync(context.Request, model.Value, default);
    }
}
