using System.Net;
using Serverless.Core.Registry;
using Serverless.Testing;

namespace Serverless.Services.Tests.Inference;

public sealed class TabularProtocolTests
{
    [Theory]
    [InlineData("""{"instances":[[1.5],[2]]}""", """{"predictions":[[2.5],[3]]}""")]
    [InlineData("""{"instances":[1.5,2]}""", """{"predictions":[[2.5],[3]]}""")]
    [InlineData("""{"instances":[{"x":1.5},{"x":[2]}]}""", """{"predictions":[[2.5],[3]]}""")]
    [InlineData("""{"inputs":[[1.5],[2]]}""", """{"predictions":[[2.5],[3]]}""")]
    [InlineData("""{"signature_name":"s","inputs":{"x":[[1.5],[2]]}}""", """{"predictions":[[2.5],[3]]}""")]
    public async Task PredictV1_OfEveryForm_GivesPredictions(string body, string expected)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        Assert.Equal(expected, (await serving.PredictV1Async("m", body)).Text);
    }

    [Fact]
    public async Task PredictV1_OfSeveralInputs_TakesNamesAndPositions()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Columns());
        const string Expected = """{"predictions":[{"p":[1.5],"q":[2],"r":["x"]}]}""";
        Assert.Equal(Expected, (await serving.PredictV1Async("m", """{"instances":[{"a":1.5,"n":2,"t":"x"}]}""")).Text);
        Assert.Equal(Expected, (await serving.PredictV1Async("m", """{"instances":[[1.5,2,"x"]]}""")).Text);
        Assert.Equal(Expected, (await serving.PredictV1Async("m", """{"inputs":{"n":[2],"a":[1.5],"t":["x"]}}""")).Text);
    }

    [Theory]
    [InlineData("{}", "either \"instances\" or \"inputs\"")]
    [InlineData("""{"instances":[1],"inputs":[1]}""", "given twice")]
    [InlineData("""{"instances":1}""", "an array")]
    [InlineData("""{"instances":[]}""", "no rows")]
    [InlineData("""{"instances":[[1,2]]}""", "the model takes [-1,1]")]
    [InlineData("""{"instances":[{"z":1}]}""", "no feature \"z\"")]
    [InlineData("""{"inputs":{"z":[1]}}""", "no input \"z\"")]
    [InlineData("""{"instance":[1]}""", "no member \"instance\"")]
    public async Task PredictV1_OfABadRequest_SaysWhatIsWrong(string body, string expected)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        var reply = await serving.PredictV1Async("m", body);
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains(expected, reply.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"dataframe_split":{"columns":["t","a","n"],"index":[0],"data":[["x",1.5,2]]}}""", """{"predictions":[{"p":[1.5],"q":[2],"r":["x"]}]}""")]
    [InlineData("""{"dataframe_split":{"data":[["x",1.5,"left out",2]],"columns":["t","a","other","n"]}}""", """{"predictions":[{"p":[1.5],"q":[2],"r":["x"]}]}""")]
    [InlineData("""{"dataframe_split":{"data":[[1.5,2,"x"]]}}""", """{"predictions":[{"p":[1.5],"q":[2],"r":["x"]}]}""")]
    [InlineData("""{"dataframe_records":[{"t":"x","a":1.5,"n":2,"other":{}}],"params":{}}""", """{"predictions":[{"p":[1.5],"q":[2],"r":["x"]}]}""")]
    [InlineData("""{"inputs":{"a":[1.5],"n":[2],"t":["x"]}}""", """{"predictions":{"p":[[1.5]],"q":[[2]],"r":[["x"]]}}""")]
    [InlineData("""{"instances":[{"a":1.5,"n":2,"t":"x"}]}""", """{"predictions":{"p":[[1.5]],"q":[[2]],"r":[["x"]]}}""")]
    public async Task Invoke_OfEveryForm_AnswersAsMLflowDoes(string body, string expected)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Columns());
        Assert.Equal(expected, (await serving.InvokeAsync("m", body)).Text);
    }

    [Theory]
    [InlineData("a,n,t\n1.5,2,x\n", """{"predictions":[{"p":[1.5],"q":[2],"r":["x"]}]}""")]
    [InlineData("\uFEFFt,a,n\r\n\"a \"\"b\"\", \nc\",1e0,-2\r\nnan,inf,+3", """{"predictions":[{"p":[1],"q":[-2],"r":["a \"b\", \nc"]},{"p":["Infinity"],"q":[3],"r":["nan"]}]}""")]
    public async Task Invoke_OfCsv_ReadsRfc4180(string csv, string expected)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Columns());
        Assert.Equal(expected, (await serving.InvokeAsync("m", csv, ("Content-Type", "text/csv"))).Text);
    }

    [Fact]
    public async Task Invoke_OfEmptyCsvFields_FollowsThePolicy()
    {
        await using var serving = new Serving();
        serving.Register("strict", TinyOnnx.Columns());
        serving.Register("lenient", TinyOnnx.Columns(), policy: new() { Missing = MissingFeature.ImputeNull });
        const string Csv = "a,n,t\n,2,\n";
        var refused = await serving.InvokeAsync("strict", Csv, ("Content-Type", "text/csv"));
        Assert.Contains("Row 0: feature \"a\" is empty", refused.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"predictions":[{"p":["NaN"],"q":[2],"r":[""]}]}""", (await serving.InvokeAsync("lenient", Csv, ("Content-Type", "text/csv"))).Text);
    }

    [Theory]
    [InlineData("m", "{}", "", HttpStatusCode.BadRequest, "BAD_REQUEST")]
    [InlineData("m", """{"inputs":[1],"instances":[1]}""", "", HttpStatusCode.BadRequest, "BAD_REQUEST")]
    [InlineData("m", "a,n\n1,2,3\n", "text/csv", HttpStatusCode.BadRequest, "BAD_REQUEST")]
    [InlineData("m", "a,a,n,t\n1,1,2,x\n", "text/csv", HttpStatusCode.BadRequest, "BAD_REQUEST")]
    [InlineData("m", "a,n,t\n1,2,\"x", "text/csv", HttpStatusCode.BadRequest, "BAD_REQUEST")]
    [InlineData("m", "a,n,t\n1,2x,y\n", "text/csv", HttpStatusCode.BadRequest, "BAD_REQUEST")]
    [InlineData("m", "", "text/csv", HttpStatusCode.BadRequest, "BAD_REQUEST")]
    [InlineData("m", "<a/>", "application/xml", HttpStatusCode.UnsupportedMediaType, "BAD_REQUEST")]
    [InlineData("other", "{}", "", HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST")]
    public async Task Invoke_OfABadRequest_AnswersInMLflowsShape(string model, string body, string type, HttpStatusCode status, string code)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Columns());
        var reply = await serving.InvokeAsync(model, body, ("Content-Type", type));
        Assert.Equal(status, reply.Status);
        Assert.Equal(code, reply.Json.GetProperty("error_code").GetString());
        Assert.NotEqual("", reply.Json.GetProperty("message").GetString());
    }
}
