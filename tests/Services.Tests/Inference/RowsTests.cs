using System.Net;
using System.Text.Json;
using Serverless.Core.Registry;
using Serverless.Testing;

namespace Serverless.Services.Tests.Inference;

public sealed class RowsTests
{
    private static readonly string[] Iris = ["sepal length", "sepal width", "petal length", "petal width"];

    [Fact]
    public async Task Predict_OfAClassifier_GivesLabelProbabilitiesAndOutputs()
    {
        await using var serving = new Serving();
        serving.Register("iris", Serving.Model("iris_lr"), TaskKind.MulticlassClassification, features: Iris, labels: ["setosa", "versicolor", "virginica"]);
        var reply = await serving.PredictAsync("iris", """
            {"key":"k","segment":{"region":"eu"},"entities":[{"user":"u1"},{"user":"u2"}],
             "rows":[{"sepal length":5.1,"sepal width":3.5,"petal length":1.4,"petal width":0.2},
                     {"petal width":2.3,"petal length":5.2,"sepal width":3.0,"sepal length":6.7}]}
            """);
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal(("iris", 1), (reply.Json.GetProperty("model").GetString(), reply.Json.GetProperty("version").GetInt32()));
        var rows = reply.Json.GetProperty("predictions").EnumerateArray().ToArray();
        Assert.Equal(["setosa", "virginica"], rows.Select(row => row.GetProperty("label").GetString()));
        Assert.Equal(["setosa", "versicolor", "virginica"], rows[0].GetProperty("probabilities").EnumerateObject().Select(member => member.Name));
        Assert.InRange(rows[0].GetProperty("probabilities").GetProperty("setosa").GetSingle(), 0.97f, 0.99f);
        Assert.Equal("0", rows[0].GetProperty("outputs").GetProperty("label").GetRawText());
        Assert.Equal(3, rows[0].GetProperty("outputs").GetProperty("probabilities").GetArrayLength());
        Assert.Equal(reply.Headers["x-prediction-id"].ToString(), string.Join(",", rows.Select(row => row.GetProperty("id").GetString())));
    }

    [Fact]
    public async Task Predict_OfMoreThanAHundredRows_NumbersThemUnderOneId()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        var rows = string.Join(",", Enumerable.Range(0, 101).Select(row => $$"""{"x":{{row}}}"""));
        var reply = await serving.PredictAsync("m", $$"""{"rows":[{{rows}}]}""");
        var id = reply.Headers["x-prediction-id"].ToString();
        Assert.Equal(Enumerable.Range(0, 101).Select(row => $"{id}:{row}"), reply.Json.GetProperty("predictions").EnumerateArray().Select(row => row.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Predict_OfAZipMap_NamesItsClasses()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.ZipMap(text: true), TaskKind.BinaryClassification);
        var reply = await serving.PredictAsync("m", """{"rows":[{"x":[0.25,0.75]},{"x":[0.5,0.125]}]}""");
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("""{"scores":[0.25,0.75],"y":{"a":0.75,"b":0.25}}""", reply.Json.GetProperty("predictions")[0].GetProperty("outputs").GetRawText());
    }

    [Fact]
    public async Task Predict_OfScoresWithoutALabel_GivesTheLargest()
    {
        await using var serving = new Serving();
        serving.Register("digit", Serving.Model("mnist-8"), TaskKind.MulticlassClassification);
        var image = JsonSerializer.Serialize(Enumerable.Repeat(0.5f, 784));
        var prediction = (await serving.PredictAsync("digit", $$"""{"rows":[{"Input3":{{image}} }]}""")).Json.GetProperty("predictions")[0];
        var scores = prediction.GetProperty("outputs").GetProperty("Plus214_Output_0").Deserialize<float[]>()!;
        Assert.Equal(Array.IndexOf(scores, scores.Max()), prediction.GetProperty("label").GetInt32());
        Assert.False(prediction.TryGetProperty("probabilities", out _));
    }

    [Fact]
    public async Task Predict_OfTheInputsName_TakesAWholeRow()
    {
        await using var serving = new Serving();
        serving.Register("iris", Serving.Model("iris_lr"), TaskKind.MulticlassClassification, features: Iris);
        var reply = await serving.PredictAsync("iris", """{"rows":[{"input":[5.1,3.5,1.4,0.2]},{"input":[6.7,3.0,5.2,2.3]}]}""");
        Assert.Equal([0, 2], reply.Json.GetProperty("predictions").EnumerateArray().Select(row => row.GetProperty("label").GetInt32()));
    }

    [Fact]
    public async Task Predict_OfSeveralTypes_KeepsEachColumnsValues()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Columns());
        var reply = await serving.PredictAsync("m", """{"rows":[{"t":"é\n","a":1.5,"n":-3},{"n":9007199254740993,"a":2,"t":""}]}""");
        Assert.Equal("""[{"p":[1.5],"q":[-3],"r":["é\n"]},{"p":[2],"q":[9007199254740993],"r":[""]}]""",
            JsonSerializer.Serialize(reply.Json.GetProperty("predictions").EnumerateArray().Select(row => row.GetProperty("outputs")), Relaxed));
    }

    [Theory]
    [InlineData("""{"rows":[{"a":1,"n":2}]}""", "Row 0: feature \"t\" is missing.", "rows[0].t")]
    [InlineData("""{"rows":[{"a":1,"n":2,"t":"x"},{"a":1,"n":null,"t":"x"}]}""", "Row 1: feature \"n\" is null.", "rows[1].n")]
    [InlineData("""{"rows":[{"a":1,"n":2,"t":"x","z":1}]}""", "Row 0: the model has no feature \"z\".", "rows[0].z")]
    [InlineData("""{"rows":[{"a":"1","n":2,"t":"x"}]}""", "Row 0: feature \"a\" is text", "rows[0].a")]
    [InlineData("""{"rows":[{"a":1,"n":2.5,"t":"x"}]}""", "Row 0: feature \"n\" is a number of another kind", "rows[0].n")]
    [InlineData("""{"rows":[{"a":1,"n":2,"t":3}]}""", "Row 0: feature \"t\" is a number", "rows[0].t")]
    [InlineData("""{"rows":[{"a":true,"n":2,"t":"x"}]}""", "Row 0: feature \"a\" is a truth value", "rows[0].a")]
    [InlineData("""{"rows":[{"a":{},"n":2,"t":"x"}]}""", "Row 0: feature \"a\" is an object", "rows[0].a")]
    [InlineData("""{"rows":[{"a":[1,2],"n":2,"t":"x"}]}""", "Row 0: feature \"a\" has 2 values", "rows[0].a")]
    [InlineData("""{"rows":[{"a":1,"a":1,"n":2,"t":"x"}]}""", "Row 0: feature \"a\" stands twice.", "rows[0].a")]
    [InlineData("""{"rows":[1]}""", "is not an object", "rows[0]")]
    [InlineData("""{"rows":[]}""", "no rows", null)]
    [InlineData("""{"rows":{}}""", "an array", "rows")]
    [InlineData("{}", "no \"rows\"", "rows")]
    [InlineData("""{"rows":[{"a":1,"n":2,"t":"x"}],"rows":[]}""", "stands twice", "rows")]
    [InlineData("""{"rows":[{"a":1,"n":2,"t":"x"}],"row":1}""", "no member \"row\"", null)]
    [InlineData("""{"rows":[{"a":1,"n":2,"t":"x"}],"key":1}""", "\"key\" is text", "key")]
    [InlineData("""{"rows":[{"a":NaN,"n":2,"t":"x"}]}""", "write the texts \"NaN\"", null)]
    public async Task Predict_OfABadRow_NamesRowAndFeature(string body, string expected, string? where)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Columns());
        var reply = await serving.PredictAsync("m", body);
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains(expected, reply.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        if (where is not null) Assert.Equal(where, reply.Json.GetProperty("where").GetString());
    }

    [Fact]
    public async Task Predict_WhenThePolicyImputes_FillsWhatCanBeMissing()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Columns(), policy: new() { Missing = MissingFeature.ImputeNull });
        var filled = await serving.PredictAsync("m", """{"rows":[{"n":1,"a":null},{"a":1,"n":2,"t":"x"}]}""");
        Assert.Equal("""{"p":["NaN"],"q":[1],"r":[""]}""", filled.Json.GetProperty("predictions")[0].GetProperty("outputs").GetRawText());
        var refused = await serving.PredictAsync("m", """{"rows":[{"a":1,"t":"x"}]}""");
        Assert.Contains("INT64 has no value that stands for missing", refused.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_OfAnotherVersion_AsksThatOne()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        serving.Register("m", TinyOnnx.Plus(2));
        serving.Change("m", old => new(old.Name, TaskKind.Regression, false, old.Aliases.SetItem(AliasName.Parse("next"), 2), old.Versions, old.Policy, 0));
        Assert.Equal(1, await ValueAsync(serving, ""));
        Assert.Equal(2, await ValueAsync(serving, "?version=2"));
        Assert.Equal(2, await ValueAsync(serving, "?version=next"));
    }

    [Theory]
    [InlineData("", "?version=9", HttpStatusCode.NotFound, "no version 9; it has 1, 2")]
    [InlineData("", "?version=other", HttpStatusCode.NotFound, "no alias \"other\"")]
    [InlineData("", "?version=1", HttpStatusCode.Conflict, "Version 1 of \"m\" is archived")]
    [InlineData("x", "", HttpStatusCode.NotFound, "no model \"mx\"")]
    [InlineData("/", "", HttpStatusCode.BadRequest, "name starts with")]
    public async Task Predict_OfWhatDoesNotAnswer_SaysWhatDoes(string suffix, string query, HttpStatusCode status, string expected)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        serving.Register("m", TinyOnnx.Plus(2));
        serving.Change("m", old => new(old.Name, old.Task, false, old.Aliases.SetItem(AliasName.Champion, 2), old.Versions.SetItem(1, old.Versions[1] with { Archived = true }), old.Policy, 0));
        var reply = await serving.PredictAsync("m" + suffix, """{"rows":[{"x":0}]}""", query);
        Assert.Equal(status, reply.Status);
        Assert.Contains(expected, reply.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_WithoutAChampion_ListsTheVersions()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        serving.Change("m", old => new(old.Name, old.Task, false, old.Aliases.Clear(), old.Versions, old.Policy, 0));
        var reply = await serving.PredictAsync("m", """{"rows":[{"x":0}]}""");
        Assert.Equal(HttpStatusCode.Conflict, reply.Status);
        Assert.Equal("""["1"]""", reply.Json.GetProperty("expected").GetRawText());
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static async Task<float> ValueAsync(Serving serving, string query) =>
        (await serving.PredictAsync("m", """{"rows":[{"x":0}]}""", query)).Json.GetProperty("predictions")[0].GetProperty("value").GetSingle();
}
