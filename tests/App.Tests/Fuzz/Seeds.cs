using System.Text;
using System.Text.Json.Nodes;
using Serverless.App.Tests.Faults;

namespace Serverless.App.Tests.Fuzz;

/// <summary>Bodies that are right, so that what is changed in them gets far: by function, each as JSON, and files by their media types.</summary>
internal sealed class Seeds
{
    /// <summary>The model that is there.</summary>
    public const string Model = "fuzzed";

    /// <summary>The secret of webhooks.</summary>
    public const string Secret = "0123456789abcdef";

    /// <summary>Rows that all protocols take.</summary>
    private const string Row = "[5.1,3.5,1.4,0.2]";

    private static readonly Dictionary<string, string[]> Texts = new()
    {
        ["Infer"] = Inferences, ["InferVersion"] = Inferences,
        ["PredictV1"] = [$$$"""{"instances":[{{{Row}}},{{{Row}}}]}""", $$$"""{"inputs":[{{{Row}}}]}""", $$$"""{"instances":[{"input":{{{Row}}}}]}"""],
        ["Predict"] = [$$$"""{"rows":[{"input":{{{Row}}}}],"entities":{"customer":"c-1"},"segment":{"region":"eu"},"key":"k"}""", $$$"""{"rows":[{"input":{{{Row}}}},{"input":{{{Row}}}}],"entities":[{"customer":"c-1"},{"customer":"c-2"}]}"""],
        ["Invoke"] =
        [
            $$$"""{"inputs":[{{{Row}}}]}""", $$$"""{"instances":[{{{Row}}}]}""", """{"dataframe_split":{"columns":["a","b","c","d"],"index":[0],"data":[[5.1,3.5,1.4,0.2]]}}""", """{"dataframe_records":[{"a":5.1,"b":3.5,"c":1.4,"d":0.2}]}""", $$$"""{"inputs":{"input":[{{{Row}}}]},"params":{}}""",
        ],
        ["PutPolicy"] = Policies, ["EvaluatePolicy"] = Policies,
        ["RegisterVersion"] = ["""{"uploadId":"01890a5d-ac96-774b-bcce-b302099a8057","featureNames":["a","b","c","d"],"classLabels":["x","y","z"],"metrics":{"auc":0.9},"lineage":{"source":"s","commit":"c"},"tags":{"a":"b"},"task":"multiclassClassification"}"""],
        ["PutModel"] = ["""{"description":"d","owner":"o","task":"regression","tags":{"team":"a"}}"""],
        ["EditVersion"] = ["""{"description":"d","tags":{"a":"b"}}"""],
        ["PutAlias"] = ["""{"version":1,"reason":"r"}""", """{"version":2}"""],
        ["StartRollout"] = ["""{"version":2}""", """{"version":2,"strategy":"canary"}""", """{"version":1,"liftQuarantine":"r"}"""],
        ["ActOnRollout"] = ["""{"reason":"r"}"""], ["RollBack"] = ["""{"reason":"r"}"""],
        ["PutEvaluation"] = ["""{"from":"2026-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z","rows":100,"sensitive":["region"],"slices":["a"],"positive":"1"}"""],
        ["PutBaseline"] = ["""{"from":"2026-01-01T00:00:00Z","to":"2026-02-01T00:00:00Z"}"""],
        ["RequestErasure"] = ["""{"entity":"c-1","name":"customer"}"""],
        ["RequestScan"] = ["""{"monitor":"operations"}""", """{"from":"2026-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z"}"""],
        ["PutWebhook"] = [$$"""{"url":"https://hook.invalid/x","secret":"{{Secret}}","events":["Serverless.*"],"models":["f*"],"format":"teams","minimumSeverity":"info"}"""],
        ["PutSilence"] = ["""{"reason":"r","model":"f*","monitor":"drift","for":"PT1H"}""", """{"reason":"r","until":"2026-12-01T00:00:00Z"}"""],
        ["PutKey"] = ["""{"roles":["read"],"expires":"2099-01-01T00:00:00Z"}"""],
        ["PostVerdict"] = ["""{"rollout":"01890a5d-ac96-774b-bcce-b302099a8057","gate":"g","approved":true,"reason":"r"}"""],
    };

    private readonly Dictionary<string, JsonNode[]> bodies = Texts.ToDictionary(text => text.Key, text => text.Value.Select(one => JsonNode.Parse(one)!).ToArray());
    private readonly Dictionary<string, byte[][]> files;

    /// <param name="arrow">A stream of the log's own.</param>
    /// <param name="parquet">A table.</param>
    /// <param name="found">Bodies that only the running suite can give, by function.</param>
    public Seeds(byte[] arrow, byte[] parquet, IReadOnlyDictionary<string, JsonNode[]> found)
    {
        foreach (var (function, nodes) in found) bodies[function] = nodes;
        files = new()
        {
            ["application/octet-stream"] = [Files.Model("iris_lr"), Files.Model("iris_hand_lr"), Files.Model("wine_scaled_lr")],
            ["text/csv"] = [Encoding.UTF8.GetBytes(Table()), "id,label\n01890a5d-ac96-774b-bcce-b302099a8057,1\n"u8.ToArray(), "id,name,value\n01890a5d-ac96-774b-bcce-b302099a8057,paid,1.5\n"u8.ToArray(), "a,b,c,d\n5.1,3.5,1.4,0.2\n"u8.ToArray()],
            ["application/vnd.apache.parquet"] = [parquet],
            ["application/vnd.apache.arrow.stream"] = [arrow],
            ["application/yaml"] = [.. Policies.Select(Encoding.UTF8.GetBytes), "a: &a [*a]\n"u8.ToArray(), "serving:\n  timeout: PT1S\nrollout: {strategy: canary}\n"u8.ToArray(), "a: &x [1,1]\nb: &y [*x,*x]\nc: [*y,*y]\n"u8.ToArray()],
        };
    }

    private static string[] Inferences =>
    [
        $$$"""{"id":"1","inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":{{{Row}}}}],"outputs":[{"name":"label"}],"parameters":{"segment.region":"eu","entity.customer":"c-1","key":"k"}}""",
        $$$"""{"inputs":[{"name":"input","shape":[2,4],"datatype":"FP32","data":[{{{Row}}},{{{Row}}}]}],"outputs":[{"name":"probabilities","parameters":{"classification":2}}]}""",
        """{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}],"outputs":[{"name":"probabilities","parameters":{"binary_data":true}}]}""",
        """{"inputs":[{"name":"input","shape":[1,4],"datatype":"BYTES","data":["a","b","c","d"]}]}""",
    ];

    private static string[] Policies =>
    [
        """{"registration":{"firstVersion":"champion"},"serving":{"missing":"imputeNull","timeout":"PT30S","maxConcurrency":32,"maxQueue":512,"batching":{"maxRows":64,"maxDelay":"PT0.002S"}}}""",
        """{"monitoring":{"contract":{"a":{"type":"numeric","required":true,"completeness":0.9,"minimum":0}}}}""",
        """{"rollout":{}}""", "{}",
    ];

    /// <summary>A JSON body for a function that has one of its own, or null.</summary>
    public JsonNode? Json(string function, Random chance) => bodies.TryGetValue(function, out var all) ? all[chance.Next(all.Length)].DeepClone() : null;

    /// <summary>A file of a media type, or null.</summary>
    public byte[]? File(string mediaType, Random chance) => files.TryGetValue(mediaType, out var all) ? all[chance.Next(all.Length)] : null;

    /// <summary>A table of the model's columns with its truth, as CSV.</summary>
    public static string Table() => "a,b,c,d,label,region\n" + string.Concat(Enumerable.Range(0, 60).Select(row => FormattableString.Invariant($"{row * 0.1},{row % 7},{row % 3},0.2,{row % 3},{(row % 2 == 0 ? "eu" : "us")}\n")));
}
