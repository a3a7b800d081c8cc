using System.Globalization;
using System.Net;
using System.Text.Json;
using Serverless.Core.Registry;

namespace Serverless.Services.Tests.Inference;

/// <summary>
/// Every shipped model against scikit-learn's own outputs, in every protocol. Scikit-learn computes in double, ONNX Runtime in
/// float: probabilities within 1e-5, values within 1e-4 of their size.
/// </summary>
public sealed class GoldenTests
{
    private const double Probability = 1e-5;

    public static TheoryData<string> Classifiers => ["iris_lr", "iris_rf100", "wine_scaled_lr", "digits_mlp", "breast_gb100", "elec2_rf50"];

    [Theory]
    [MemberData(nameof(Classifiers))]
    public async Task Infer_OfAClassifier_GivesScikitLearnsOutputs(string file)
    {
        await using var serving = new Serving();
        serving.Register(file, Serving.Model(file));
        var golden = Serving.Golden(file);
        var inputs = golden.GetProperty("inputs");
        var reply = await serving.InferAsync(file,
            $$"""{"inputs":[{"name":"input","shape":[{{inputs.GetArrayLength()}},{{inputs[0].GetArrayLength()}}],"datatype":"FP32","data":{{inputs.GetRawText()}}}]}""");
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Same(golden.GetProperty("label"), reply.Output("label").GetProperty("data"), 0);
        Same(golden.GetProperty("probabilities"), reply.Output("probabilities").GetProperty("data"), Probability);
    }

    [Fact]
    public async Task EveryProtocol_OfARegression_GivesScikitLearnsOutputs()
    {
        await using var serving = new Serving();
        var golden = Serving.Golden("diabetes_gbr");
        var features = golden.GetProperty("features").Deserialize<string[]>()!;
        serving.Register("diabetes", Serving.Model("diabetes_gbr"), TaskKind.Regression, features: features);
        var inputs = golden.GetProperty("inputs").GetRawText();
        var expected = golden.GetProperty("prediction");

        var v1 = await serving.PredictV1Async("diabetes", $$"""{"instances":{{inputs}}}""");
        Same(expected, v1.Json.GetProperty("predictions"), 1e-4, relative: true);

        var split = await serving.InvokeAsync("diabetes", $$"""{"dataframe_split":{"columns":{{golden.GetProperty("features").GetRawText()}},"data":{{inputs}} } }""");
        Same(expected, List(split.Json.GetProperty("predictions").EnumerateArray().Select(record => record.GetProperty("variable"))), 1e-4, relative: true);

        var rows = JsonSerializer.Serialize(golden.GetProperty("inputs").EnumerateArray()
            .Select(row => features.Zip(row.EnumerateArray()).ToDictionary(pair => pair.First, pair => pair.Second)));
        var reply = await serving.PredictAsync("diabetes", $$"""{"rows":{{rows}}}""");
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Same(expected, List(reply.Json.GetProperty("predictions").EnumerateArray().Select(record => record.GetProperty("value"))), 1e-4, relative: true);
    }

    [Fact]
    public async Task EveryProtocol_OfMixedColumns_GivesScikitLearnsOutputs()
    {
        await using var serving = new Serving();
        serving.Register("adult", Serving.Model("adult_mixed_lr"), TaskKind.BinaryClassification, labels: ["<=50K", ">50K"]);
        var golden = Serving.Golden("adult_mixed_lr");
        var rows = golden.GetProperty("rows").GetRawText();

        var predicted = await serving.PredictAsync("adult", $$"""{"rows":{{rows}}}""");
        Assert.Equal(HttpStatusCode.OK, predicted.Status);
        var predictions = predicted.Json.GetProperty("predictions").EnumerateArray().ToArray();
        Assert.Equal(golden.GetProperty("label").EnumerateArray().Select(label => label.GetInt32() == 1 ? ">50K" : "<=50K"),
            predictions.Select(row => row.GetProperty("label").GetString()));
        Same(golden.GetProperty("probabilities"),
            List(predictions.SelectMany(row => row.GetProperty("probabilities").EnumerateObject().Select(member => member.Value))), Probability);

        var records = await serving.InvokeAsync("adult", $$"""{"dataframe_records":{{rows}}}""");
        Same(golden.GetProperty("probabilities"), List(records.Json.GetProperty("predictions").EnumerateArray().Select(row => row.GetProperty("probabilities"))), Probability);

        var instances = await serving.PredictV1Async("adult", $$"""{"instances":{{rows}}}""");
        Same(golden.GetProperty("probabilities"), List(instances.Json.GetProperty("predictions").EnumerateArray().Select(row => row.GetProperty("probabilities"))), Probability);

        var csv = await serving.InvokeAsync("adult", Csv(golden.GetProperty("rows")), ("Content-Type", "text/csv; charset=utf-8"));
        Same(golden.GetProperty("label"), List(csv.Json.GetProperty("predictions").EnumerateArray().Select(row => row.GetProperty("label"))), 0);
    }

    [Theory]
    [InlineData("mnist-8", "Input3", "[1,1,28,28]", 784, new[] { "Plus214_Output_0" }, new[] { "[1,10]" })]
    [InlineData("ultraface-rfb-320", "input", "[1,3,240,320]", 230400, new[] { "scores", "boxes" }, new[] { "[1,4420,2]", "[1,4420,4]" })]
    public async Task Infer_OfAnImage_GivesEveryOutputInItsShape(string file, string input, string shape, int count, string[] outputs, string[] shapes)
    {
        await using var serving = new Serving();
        serving.Register("image", Serving.Model(file));
        var data = string.Join(",", Enumerable.Range(0, count).Select(index => (index % 255 / 255f).ToString(CultureInfo.InvariantCulture)));
        var reply = await serving.InferAsync("image", $$"""{"inputs":[{"name":"{{input}}","shape":{{shape}},"datatype":"FP32","data":[{{data}}]}]}""");
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        foreach (var (name, expected) in outputs.Zip(shapes)) Assert.Equal(expected, reply.Output(name).GetProperty("shape").GetRawText());
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(Serving.Model(file));
        var direct = Direct(session, input, JsonSerializer.Deserialize<long[]>(shape)!, count);
        foreach (var (name, values) in direct) Assert.Equal(values, reply.Output(name).GetProperty("data").Deserialize<float[]>());
    }

    private static Dictionary<string, float[]> Direct(Microsoft.ML.OnnxRuntime.InferenceSession session, string input, long[] shape, int count)
    {
        var data = Enumerable.Range(0, count).Select(index => index % 255 / 255f).ToArray();
        using var value = Microsoft.ML.OnnxRuntime.OrtValue.CreateTensorValueFromMemory(data, shape);
        using var options = new Microsoft.ML.OnnxRuntime.RunOptions();
        using var results = session.Run(options, [input], [value], session.OutputNames);
        return session.OutputNames.Zip(results).ToDictionary(pair => pair.First, pair => pair.Second.GetTensorDataAsSpan<float>().ToArray());
    }

    private static string Csv(JsonElement rows) => string.Join("\r\n",
        rows.EnumerateArray().Select(row => string.Join(",", row.EnumerateObject().Select(member => Quote(member.Value.ToString()))))
            .Prepend(string.Join(",", rows[0].EnumerateObject().Select(member => member.Name)))) + "\r\n";

    private static string Quote(string field) => field.Contains('-', StringComparison.Ordinal) ? $"\"{field}\"" : field;

    private static JsonElement List(IEnumerable<JsonElement> items) => JsonSerializer.SerializeToElement(items);

    private static void Same(JsonElement expected, JsonElement actual, double tolerance, bool relative = false)
    {
        var (wanted, got) = (Flatten(expected).ToArray(), Flatten(actual).ToArray());
        Assert.Equal(wanted.Length, got.Length);
        Assert.All(wanted.Zip(got), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, tolerance * (relative ? Math.Max(1, Math.Abs(pair.First)) : 1)));
    }

    private static IEnumerable<double> Flatten(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().SelectMany(Flatten) : [element.GetDouble()];
}
