using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;

namespace Serverless.App.Tests.Predictions;

/// <summary>Real data through the HTTP surface, read back and compared value for value with what was sent and with what ONNX Runtime answers directly.</summary>
public sealed class ReplayTests(Suite suite) : IClassFixture<Suite>
{
    private static readonly string[] ElecFeatures = ["day", "period", "nswdemand", "vicprice", "vicdemand", "transfer"];
    private static readonly string[] CensusNumbers = ["age", "education_num", "capital_gain", "capital_loss", "hours_per_week"];
    private static readonly string[] CensusColumns =
        ["age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship", "race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country"];

    private readonly LoggedRows logged = new(suite);

    [Fact]
    public async Task Elec2_ThroughEveryProtocol_IsKeptAsItWas()
    {
        var model = await logged.RegisterAsync("elec2_rf50", new { featureNames = ElecFeatures, classLabels = new[] { "down", "up" }, task = "binaryClassification" });
        var rows = Read("elec2.csv.gz", header: true).Select(row => (float[])[.. ElecFeatures.Select(name => Number(row[name]))]).ToArray();
        var sent = new Dictionary<PredictionId, float[]>();
        var (random, at, turn) = (new Random(7), 0, 0);
        while (at < rows.Length)
        {
            var batch = rows[at..Math.Min(rows.Length, at + random.Next(1, turn % 10 == 0 ? 3000 : 150))];
            var (path, body) = Request(turn++ % 4, model, batch);
            var (ids, _) = await logged.AskAsync(path, body, batch.Length);
            foreach (var (id, row) in ids.Zip(batch)) sent.Add(id, row);
            at += batch.Length;
        }
        var kept = await logged.ReadAsync(model, rows.Length);
        using var session = new InferenceSession(Suite.Model("elec2_rf50.onnx"));
        foreach (var chunk in sent.Chunk(5000))
        {
            using var input = OrtValue.CreateTensorValueFromMemory<float>([.. chunk.SelectMany(row => row.Value)], [chunk.Length, ElecFeatures.Length]);
            using var outputs = session.Run(new RunOptions(), ["input"], [input], ["label", "probabilities"]);
            var (labels, probabilities) = (outputs[0].GetTensorDataAsSpan<long>().ToArray(), outputs[1].GetTensorDataAsSpan<float>().ToArray());
            for (var row = 0; row < chunk.Length; row++) AssertElec(kept[chunk[row].Key], chunk[row].Value, labels[row], probabilities[(row * 2)..(row * 2 + 2)]);
        }
    }

    [Fact]
    public async Task Census_WithTextsSegmentsAndEntities_IsKeptAsItWas()
    {
        var model = await logged.RegisterAsync("adult_mixed_lr", new { classLabels = new[] { "low", "high" }, task = "binaryClassification" });
        var people = Read("adult_raw.csv.gz", header: false).Take(6000).ToArray();
        var sent = new Dictionary<PredictionId, (Dictionary<string, string> Person, JsonElement Answer)>();
        foreach (var chunk in people.Chunk(400))
        {
            var (ids, body) = await logged.AskAsync($"/models/{model}/predict", JsonSerializer.Serialize(new
            {
                rows = chunk.Select(Features),
                segment = new { source = "census", wave = 1994 },
                entities = chunk.Select(person => new { person = person["fnlwgt"] }),
                key = "replay",
            }), chunk.Length);
            var answers = body.GetProperty("predictions").EnumerateArray().ToArray();
            for (var row = 0; row < chunk.Length; row++)
            {
                sent.Add(ids[row], (chunk[row], answers[row]));
                Assert.Equal(ids[row], PredictionId.Parse(answers[row].GetProperty("id").GetString()));
            }
        }
        foreach (var (id, row) in await logged.ReadAsync(model, people.Length)) AssertPerson(row, sent[id].Person, sent[id].Answer);
    }

    private static void AssertElec(LoggedRows.Row row, float[] sent, long label, float[] probabilities)
    {
        for (var feature = 0; feature < sent.Length; feature++) Assert.Equal(sent[feature], row.Float("input_" + ElecFeatures[feature]));
        Assert.Equal(label, row.Long("output_label"));
        Assert.Equal(probabilities[0], row.Float("output_probabilities_down"), 1e-6f);
        Assert.Equal(probabilities[1], row.Float("output_probabilities_up"), 1e-6f);
        Assert.Equal((1L, 200L, "champion", "default"), (row.Long("version"), row.Long("status"), row.Text("variant"), row.Text("reason")));
        Assert.InRange(row.Long("total_us"), row.Long("compute_us"), 60_000_000);
    }

    private static void AssertPerson(LoggedRows.Row row, Dictionary<string, string> person, JsonElement answer)
    {
        foreach (var (name, value) in Features(person))
            if (value is float number) Assert.Equal(number, row.Float("input_" + name));
            else Assert.Equal((string)value, row.Text("input_" + name));
        Assert.Equal(answer.GetProperty("probabilities").GetProperty("high").GetSingle(), row.Float("output_probabilities_high"));
        Assert.Equal(answer.GetProperty("label").GetString(), row.Long("output_label") == 1 ? "high" : "low");
        Assert.Equal((person["fnlwgt"], "census", "1994", "replay"), (row.Text("entity_person"), row.Text("segment_source"), row.Text("segment_wave"), row.Text("routing_key")));
    }

    private static Dictionary<string, object> Features(Dictionary<string, string> person) => person.Where(pair => pair.Key is not ("fnlwgt" or "income"))
        .ToDictionary(pair => pair.Key, pair => CensusNumbers.Contains(pair.Key) ? Number(pair.Value) : (object)pair.Value);

    private static (string Path, string Body) Request(int protocol, ModelName model, float[][] rows)
    {
        var data = JsonSerializer.Serialize(rows);
        return protocol switch
        {
            0 => ($"/v2/models/{model}/infer", $$"""{"inputs":[{"name":"input","shape":[{{rows.Length}},{{ElecFeatures.Length}}],"datatype":"FP32","data":{{data}} }]}"""),
            1 => ($"/v1/models/{model}:predict", $$"""{"instances":{{data}} }"""),
            2 => ($"/models/{model}/invocations", $$"""{"dataframe_split":{"columns":{{JsonSerializer.Serialize(ElecFeatures)}},"data":{{data}} } }"""),
            _ => ($"/models/{model}/predict", JsonSerializer.Serialize(new { rows = rows.Select(row => ElecFeatures.Zip(row).ToDictionary(pair => pair.First, pair => pair.Second)) })),
        };
    }

    private static IEnumerable<Dictionary<string, string>> Read(string file, bool header)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Suite.Data(file)), CompressionMode.Decompress));
        var names = header ? reader.ReadLine()!.Split(',') : CensusColumns;
        while (reader.ReadLine() is { Length: > 0 } line)
            yield return names.Zip(line.Split(',', StringSplitOptions.TrimEntries)).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    private static float Number(string text) => float.Parse(text, CultureInfo.InvariantCulture);
}
