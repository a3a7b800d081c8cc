using System.Net;
using System.Text.Json;
using Serverless.Services.Predictions;

namespace Serverless.App.Tests.Predictions;

/// <summary>What the log keeps of requests that came over HTTP.</summary>
public sealed class LoggedPredictionsTests(Suite suite) : IClassFixture<Suite>
{
    private const string TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private const string OneRow = """{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[5.1,3.5,1.4,0.2]}]}""";

    private readonly LoggedRows logged = new(suite);

    [Fact]
    public async Task Caller_ThatSaysWhoItIs_IsKeptBesideTheFeatures()
    {
        var model = await logged.RegisterAsync("iris_lr", new { });
        var (ids, _) = await logged.AskAsync($"/v2/models/{model}/versions/1/infer", """
            {"parameters":{"segment.region":"eu","segment.tier":2,"entity.customer":"c-17","key":"shop","other":true},
             "inputs":[{"name":"input","shape":[2,4],"datatype":"FP32","data":[5.1,3.5,1.4,0.2,6.2,2.9,4.3,1.3]}]}
            """, 2, HttpStatusCode.OK, ("x-correlation-id", "order 9"), ("traceparent", TraceParent), ("x-routing-key", "overruled"));
        var rows = await logged.ReadAsync(model, 2);
        Assert.Equal(ids.Order(Comparer<PredictionId>.Create((a, b) => a.Row - b.Row)), ids);
        foreach (var id in ids)
        {
            var row = rows[id];
            Assert.Equal(("eu", "2", "c-17", "shop"), (row.Text("segment_region"), row.Text("segment_tier"), row.Text("entity_customer"), row.Text("routing_key")));
            Assert.Equal(("order 9", TraceParent), (row.Text("correlation_id"), row.Text("traceparent")));
            Assert.Equal(("named", "request"), (row.Text("variant"), row.Text("reason")));
        }
    }

    [Fact]
    public async Task Refusals_OfAModelThatIsThere_AreKeptWithTheirProblem()
    {
        var model = await logged.RegisterAsync("iris_lr", new { featureNames = new[] { "a", "b", "c", "d" } });
        var (unread, _) = await logged.AskAsync($"/v2/models/{model}/infer", "{}", 1, HttpStatusCode.BadRequest);
        var (wrong, _) = await logged.AskAsync($"/models/{model}/predict", """{"rows":[{"a":1,"b":2,"c":3}]}""", 1, HttpStatusCode.BadRequest);
        var rows = await logged.ReadAsync(model, 2);
        Assert.Equal((400L, "urn:serverless-mlops:problem:invalid-request"), (rows[unread[0]].Long("status"), rows[unread[0]].Text("problem")));
        Assert.Equal((400L, "urn:serverless-mlops:problem:invalid-row"), (rows[wrong[0]].Long("status"), rows[wrong[0]].Text("problem")));
        Assert.True(rows[unread[0]].IsNull("input_a"));
        Assert.True(rows[unread[0]].IsNull("output_label"));
    }

    [Fact]
    public async Task Policy_ThatHashesDropsAndBuckets_IsKeptTo()
    {
        var model = await logged.RegisterAsync("iris_lr", new { featureNames = new[] { "a", "b", "c", "d" } });
        await suite.SendAsync(HttpMethod.Put, $"/models/{model}/policy", new
        {
            logging = new { mode = "acknowledged", features = new { a = new { kind = "drop" }, b = new { kind = "hash" }, c = new { kind = "bucket", width = 0.5 }, entity_customer = new { kind = "hash" } } },
        }, HttpStatusCode.OK);
        await suite.GetAsync($"/models/{model}/policy");
        var (ids, _) = await logged.AskAsync($"/models/{model}/predict", """{"rows":[{"a":5.1,"b":3.5,"c":1.4,"d":0.2}],"entities":{"customer":"c-17"}}""", 1);
        var row = (await logged.ReadAsync(model, 1))[ids[0]];
        Assert.Equal(-1, row.Batch.Schema.GetFieldIndex("input_a"));
        Assert.Matches("^[0-9a-f]{32}$", row.Text("input_b"));
        Assert.Matches("^[0-9a-f]{32}$", row.Text("entity_customer"));
        Assert.Equal((1.0f, 0.2f), (row.Float("input_c"), row.Float("input_d")));
    }

    [Fact]
    public async Task Policy_Off_KeepsNothing()
    {
        var model = await logged.RegisterAsync("iris_lr", new { });
        await suite.SendAsync(HttpMethod.Put, $"/models/{model}/policy", new { logging = new { mode = "off" } }, HttpStatusCode.OK);
        await logged.AskAsync($"/v2/models/{model}/infer", OneRow, 1);
        await logged.ReadAsync(model, 0);
    }

    [Theory]
    [InlineData("""{"rows":[{"a":1,"b":2,"c":3,"d":4}],"entities":[{"x":"1"},{"x":"2"}]}""", "entities")]
    [InlineData("""{"rows":[{"a":1,"b":2,"c":3,"d":4}],"segment":{"bad key":"1"}}""", "segment")]
    [InlineData("""{"rows":[{"a":1,"b":2,"c":3,"d":4}],"segment":{"x":[1]}}""", "x")]
    [InlineData("""{"rows":[{"a":1,"b":2,"c":3,"d":4}],"key":7}""", "key")]
    [InlineData("""{"rows":[{"a":1,"b":2,"c":3,"d":4}],"segment":"eu"}""", "segment")]
    public async Task Keys_ThatAreWrong_AreRefusedByName(string body, string where)
    {
        var model = await logged.RegisterAsync("iris_lr", new { featureNames = new[] { "a", "b", "c", "d" } });
        var (_, problem) = await logged.AskAsync($"/models/{model}/predict", body, 1, HttpStatusCode.BadRequest);
        Assert.Equal(where, problem.GetProperty("where").GetString());
    }

    [Fact]
    public async Task Health_AfterPredictions_CountsThem()
    {
        var model = await logged.RegisterAsync("iris_lr", new { });
        var before = (await Faults.SuiteCalls.HealthAsync(suite.App.Client)).GetProperty("predictions").GetProperty("accepted").GetInt64();
        for (var request = 0; request < 5; request++) await logged.AskAsync($"/v2/models/{model}/infer", OneRow, 1);
        await logged.ReadAsync(model, 5);
        var after = (await Faults.SuiteCalls.HealthAsync(suite.App.Client)).GetProperty("predictions");
        Assert.InRange(after.GetProperty("accepted").GetInt64(), before + 5, long.MaxValue);
        Assert.Equal(after.GetProperty("accepted").GetInt64(), after.GetProperty("durable").GetInt64());
        Assert.InRange(after.GetProperty("appends").GetInt64(), 1, after.GetProperty("durable").GetInt64());
        Assert.Equal(JsonValueKind.Object, after.GetProperty("dropped").ValueKind);
    }
}
