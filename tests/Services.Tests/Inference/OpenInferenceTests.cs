using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Serverless.Core.Registry;
using Serverless.Testing;

namespace Serverless.Services.Tests.Inference;

public sealed class OpenInferenceTests
{
    public static TheoryData<ElementType, string, string, byte[]> Datatypes => new()
    {
        { ElementType.Bool, "BOOL", "[true,false]", [1, 0] },
        { ElementType.UInt8, "UINT8", "[0,255]", [0, 255] },
        { ElementType.Int8, "INT8", "[-128,127]", [128, 127] },
        { ElementType.UInt16, "UINT16", "[0,65535]", Of<ushort>(0, 65535) },
        { ElementType.Int16, "INT16", "[-32768,32767]", Of<short>(-32768, 32767) },
        { ElementType.UInt32, "UINT32", "[0,4294967295]", Of<uint>(0, 4294967295) },
        { ElementType.Int32, "INT32", "[-2147483648,2147483647]", Of(int.MinValue, int.MaxValue) },
        { ElementType.UInt64, "UINT64", "[0,18446744073709551615]", Of<ulong>(0, ulong.MaxValue) },
        { ElementType.Int64, "INT64", "[-9223372036854775808,9223372036854775807]", Of(long.MinValue, long.MaxValue) },
        { ElementType.Float16, "FP16", "[0.5,-65504]", Of((Half)0.5, (Half)(-65504)) },
        { ElementType.BFloat16, "BF16", "[0.5,-2]", Of<ushort>(0x3F00, 0xC000) },
        { ElementType.Float, "FP32", "[0.1,-3.4028235E+38]", Of(0.1f, float.MinValue) },
        { ElementType.Double, "FP64", "[0.1,-1.7976931348623157E+308]", Of(0.1, double.MinValue) },
        { ElementType.String, "BYTES", """["ä\"","名"]""", [3, 0, 0, 0, .. "ä\""u8, 3, 0, 0, 0, .. "名"u8] },
    };

    [Theory]
    [MemberData(nameof(Datatypes))]
    public async Task Infer_OfEveryDatatype_HandsJsonThrough(ElementType type, string datatype, string data, byte[] bytes)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Identity(type, -1));
        var reply = await serving.InferAsync("m", $$"""{"inputs":[{"name":"x","shape":[2],"datatype":"{{datatype}}","data":{{data}}}]}""");
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal($$"""{"name":"y","datatype":"{{datatype}}","shape":[2],"data":{{data}}}""", reply.Output("y").GetRawText());
        Assert.NotEmpty(bytes);
    }

    [Theory]
    [MemberData(nameof(Datatypes))]
    public async Task Infer_OfEveryDatatype_HandsBinaryThrough(ElementType type, string datatype, string data, byte[] bytes)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Identity(type, -1));
        var json = $$"""{"inputs":[{"name":"x","shape":[2],"datatype":"{{datatype}}","parameters":{"binary_data_size":{{bytes.Length}} } }],"parameters":{"binary_data_output":true} }""";
        var reply = await serving.InferAsync("m", [.. Encoding.UTF8.GetBytes(json), .. bytes], null, ("Inference-Header-Content-Length", $"{json.Length}"));
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("application/octet-stream", reply.Headers.ContentType);
        var length = int.Parse(reply.Headers["Inference-Header-Content-Length"].ToString(), CultureInfo.InvariantCulture);
        var output = JsonDocument.Parse(reply.Body.AsMemory(0, length)).RootElement.GetProperty("outputs")[0];
        Assert.Equal(bytes.Length, output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.Equal(bytes, reply.Body[length..]);
        Assert.NotEmpty(data);
    }

    [Fact]
    public async Task Infer_FromTritonsClient_AnswersItsBytes()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Identity(ElementType.Float, -1, 2));
        // Recorded from tritonclient.http: no Content-Type, no Accept, binary both ways.
        var body = Encoding.Latin1.GetBytes("""{"id":"7","inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","parameters":{"binary_data_size":16}}],"parameters":{"binary_data_output":true}}""" + "\0\0\x80?\0\0\x80?\0\0\x80?\0\0\x80?");
        Assert.Equal(160, body.Length);
        var plain = await serving.InferAsync("m", body, null, ("Inference-Header-Content-Length", "144"));
        CheckTriton(plain.Body, plain.Headers["Inference-Header-Content-Length"].ToString());
        var packed = await serving.InferAsync("m", Gzip(body), null,
            ("Inference-Header-Content-Length", "144"), ("Content-Encoding", "gzip"), ("Accept-Encoding", "gzip"));
        CheckTriton(packed.Headers.ContentEncoding == "gzip" ? Gunzip(packed.Body) : packed.Body, packed.Headers["Inference-Header-Content-Length"].ToString());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Infer_WhenCompressionIsAccepted_CompressesLargeAnswers(string encoding)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Identity(ElementType.Float, -1));
        var body = Flat(2000, "[2000]");
        var reply = await serving.InferAsync("m", Encoding.UTF8.GetBytes(body), null, ("Accept-Encoding", $"br;q=0, {encoding}"));
        Assert.Equal(encoding, reply.Headers.ContentEncoding);
        using var unpacked = new MemoryStream();
        using (Stream stream = encoding == "gzip" ? new GZipStream(new MemoryStream(reply.Body), CompressionMode.Decompress) : new ZLibStream(new MemoryStream(reply.Body), CompressionMode.Decompress))
            await stream.CopyToAsync(unpacked);
        Assert.Equal(2000, JsonDocument.Parse(unpacked.ToArray()).RootElement.GetProperty("outputs")[0].GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Infer_WithoutJson_TakesTheBodyAsTheOnlyInput()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Identity(ElementType.Float, -1, 2));
        serving.Register("t", TinyOnnx.Identity(ElementType.String, -1));
        var floats = await serving.InferAsync("m", Of(1.5f, 2.5f), null, ("Inference-Header-Content-Length", "0"));
        Assert.Equal(Of(1.5f, 2.5f), floats.Body[int.Parse(floats.Headers["Inference-Header-Content-Length"].ToString(), CultureInfo.InvariantCulture)..]);
        var text = await serving.InferAsync("t", "whole body"u8.ToArray(), null, ("Inference-Header-Content-Length", "0"));
        Assert.EndsWith("whole body", text.Text, StringComparison.Ordinal);
        var two = await serving.InferAsync("m", Of(1f, 2f, 3f, 4f), null, ("Inference-Header-Content-Length", "0"));
        Assert.Equal(HttpStatusCode.BadRequest, two.Status);
    }

    [Fact]
    public async Task Infer_WithAnOutputsOwnWish_OverridesTheRequests()
    {
        await using var serving = new Serving();
        serving.Register("m", Serving.Model("iris_lr"));
        var reply = await serving.InferAsync("m", """
            {"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[5.1,3.5,1.4,0.2]}],
             "outputs":[{"name":"probabilities"},{"name":"label","parameters":{"binary_data":false}}],"parameters":{"binary_data_output":true}}
            """);
        var length = int.Parse(reply.Headers["Inference-Header-Content-Length"].ToString(), CultureInfo.InvariantCulture);
        var outputs = JsonDocument.Parse(reply.Body.AsMemory(0, length)).RootElement.GetProperty("outputs");
        Assert.Equal(12, outputs[0].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.Equal("[0]", outputs[1].GetProperty("data").GetRawText());
        Assert.Equal(length + 12, reply.Body.Length);
    }

    [Fact]
    public async Task Infer_WithMembersInAnyOrderAndNestedData_AnswersOnlyWhatWasAsked()
    {
        await using var serving = new Serving();
        serving.Register("iris", Serving.Model("iris_lr"));
        var reply = await serving.InferAsync("iris", """
            {"outputs":[{"name":"label"}],"id":"a\"b","unknown":{"x":[1]},"parameters":{"priority":1,"key":"k"},
             "inputs":[{"data":[[5.1,3.5,1.4,0.2],[6.7,3.0,5.2,2.3]],"datatype":"FP32","parameters":{"a":true},"shape":[2,4],"name":"input"}]}
            """);
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("""{"model_name":"iris","model_version":"1","id":"a\"b","outputs":[{"name":"label","datatype":"INT64","shape":[2],"data":[0,2]}]}""", reply.Text);
        var ids = reply.Headers["x-prediction-id"].ToString().Split(',');
        Assert.All(ids, id => Assert.Equal(7, Guid.Parse(id).Version));
        Assert.Equal(2, ids.Distinct().Count());
        Assert.Equal("1", reply.Headers["x-model-version"]);
    }

    [Fact]
    public async Task Infer_OfMoreThanAHundredRows_HasOneId()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Identity(ElementType.Float, -1));
        Assert.Equal(100, (await serving.InferAsync("m", Flat(100, "[100]"))).Headers["x-prediction-id"].ToString().Split(',').Length);
        Assert.Equal(7, Guid.Parse((await serving.InferAsync("m", Flat(101, "[101]"))).Headers["x-prediction-id"].ToString()).Version);
    }

    [Theory]
    [InlineData(false, """["3","7"]""", "[0.75,0.25,0.5,0.125]")]
    [InlineData(true, """["a","b"]""", "[0.75,0.25,0.5,0.125]")]
    public async Task Infer_OfAZipMap_GivesATensorAndItsLabels(bool text, string labels, string data)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.ZipMap(text));
        var reply = await serving.InferAsync("m", """{"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[0.25,0.75,0.125,0.5]}]}""");
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        var output = reply.Output("y");
        Assert.Equal("[2,2]", output.GetProperty("shape").GetRawText());
        Assert.Equal(labels, output.GetProperty("parameters").GetProperty("labels").GetString());
        Assert.Equal(data, output.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Infer_OfATensorSequence_GivesOneTensor()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Sequence());
        var reply = await serving.InferAsync("m", """{"inputs":[{"name":"x","shape":[3,2],"datatype":"FP32","data":[1,2,3,4,5,6]}]}""");
        Assert.Equal("""{"name":"y","datatype":"FP32","shape":[3,1,2],"data":[1,2,3,4,5,6]}""", reply.Output("y").GetRawText());
    }

    [Fact]
    public async Task Infer_OfAGraphThatBreaksItsShapes_GivesWhatItYields()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.NonZero());
        for (var request = 0; request < 3; request++)
        {
            var reply = await serving.InferAsync("m", """{"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[1,2,0,3]}]}""");
            Assert.Equal("""{"name":"y","datatype":"INT64","shape":[3,2],"data":[0,0,0,1,1,1]}""", reply.Output("y").GetRawText());
        }
    }

    [Fact]
    public async Task Infer_WithTheClassificationExtension_GivesTheLargestWithTheirLabels()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Identity(ElementType.Float, -1, 3), labels: ["red", "green", "blue"]);
        const string Body = """{"inputs":[{"name":"x","shape":[2,3],"datatype":"FP32","data":[0.1,0.7,0.2,3,1,2]}],"outputs":[{"name":"y","parameters":{"classification":2,"binary_data":BINARY}}]}""";
        var json = await serving.InferAsync("m", Body.Replace("BINARY", "false", StringComparison.Ordinal));
        Assert.Equal("""{"name":"y","datatype":"BYTES","shape":[2,2],"data":["0.7:1:green","0.2:2:blue","3:0:red","2:2:blue"]}""", json.Output("y").GetRawText());
        var binary = await serving.InferAsync("m", Body.Replace("BINARY", "true", StringComparison.Ordinal));
        Assert.EndsWith("\b\0\0\0" + "2:2:blue", binary.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Infer_OfNonFiniteNumbers_TakesAndGivesTheirNames()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Identity(ElementType.Float, -1));
        const string Data = """["NaN","Infinity","-Infinity",1]""";
        var reply = await serving.InferAsync("m", $$"""{"inputs":[{"name":"x","shape":[4],"datatype":"FP32","data":{{Data}}}]}""");
        Assert.Equal(Data, reply.Output("y").GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Infer_OfTheNonFiniteModel_StaysValidJson()
    {
        await using var serving = new Serving();
        serving.Register("m", Serving.Model("adult_nonfinite"), TaskKind.BinaryClassification);
        var reply = await serving.InferAsync("m", """{"inputs":[{"name":"input","shape":[1,8],"datatype":"FP32","data":[25,7,0,0,40,0,0,1]}]}""");
        Assert.Equal("NaN", reply.Output("probabilities").GetProperty("data")[0].GetString());
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("[]", "JSON object")]
    [InlineData("{}", "no \"inputs\"")]
    [InlineData("""{"inputs":[]}""", "\"x\" is missing")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,NaN]}]}""", "\"NaN\"")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,-Infinity]}]}""", "binary tensor extension")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,1e39]}]}""", "FP32's range")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,null]}]}""", "null as value 1")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,"2"]}]}""", "text as value 1")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[[1],[2]]}],"id":1}""", "\"id\"")]
    [InlineData("""{"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[[1,2],[3]]}]}""", "not rectangular")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[[[[[[[[[1,2]]]]]]]]]}]}""", "not rectangular")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[[[[[[[[[[[[[[[[1,2]]]]]]]]]]]]]]]]}]}""", "")]
    [InlineData("""{"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[1,2]}]}""", "has 2 values")]
    [InlineData("""{"inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[1,2]}]}""", "the model takes [-1,2]")]
    [InlineData("""{"inputs":[{"name":"x","shape":[-1,2],"datatype":"FP32","data":[1,2]}]}""", "negative")]
    [InlineData("""{"inputs":[{"name":"x","shape":[0,2],"datatype":"FP32","data":[]}]}""", "no rows")]
    [InlineData("""{"inputs":[{"name":"x","shape":[9223372036854775807,2],"datatype":"FP32","data":[1,2]}]}""", "more values than")]
    [InlineData("""{"inputs":[{"name":"x","shape":[4611686018427387904,2],"datatype":"FP32","data":[1,2]}]}""", "more values than")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1e400,2],"datatype":"FP32","data":[1,2]}]}""", "whole numbers")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1.5,2],"datatype":"FP32","data":[1,2]}]}""", "whole numbers")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,1,1,1,1,1,1,1,2],"datatype":"FP32","data":[1,2]}]}""", "8 dimensions")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP64","data":[1,2]}]}""", "the model takes FP32")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FLOAT","data":[1,2]}]}""", "\"datatype\"")]
    [InlineData("""{"inputs":[{"name":"z","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""", "no input \"z\"")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32"}]}""", "without \"data\"")]
    [InlineData("""{"inputs":[{"shape":[1,2],"datatype":"FP32","data":[1,2]}]}""", "without \"name\"")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":{"a":1}}]}""", "not an array")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]},{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""", "given twice")]
    [InlineData("""{"inputs":[{"name":"x","name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""", "\"name\" stands twice")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}],"inputs":[]}""", "\"inputs\" stands twice")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}],"parameters":{"a":1,"a":2}}""", "\"a\" stands twice")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}],"parameters":{"a":[1]}}""", "is a parameter")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}],"outputs":[{"name":"q"}]}""", "no output \"q\"")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}],"outputs":[{"name":"y"},{"name":"y"}]}""", "twice")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}]}""", "0 bytes are left")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2],"parameters":{"binary_data_size":8}}]}""", "both \"data\"")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]} x""", "not valid JSON")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}""", "not valid JSON")]
    public async Task Infer_OfABadRequest_SaysWhatIsWrong(string body, string expected)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Identity(ElementType.Float, -1, 2));
        var reply = await serving.InferAsync("m", body);
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal(reply.Json.GetProperty("detail").GetString(), reply.Json.GetProperty("error").GetString());
        Assert.Contains(expected, reply.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await serving.InferAsync("m", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""")).Status);
    }

    [Theory]
    [InlineData("1000", "number of bytes")]
    [InlineData("-1", "number of bytes")]
    [InlineData("x", "number of bytes")]
    public async Task Infer_WithAWrongJsonLength_SaysSo(string length, string expected)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Identity(ElementType.Float, -1));
        var reply = await serving.InferAsync("m", "{}"u8.ToArray(), null, ("Inference-Header-Content-Length", length));
        Assert.Contains(expected, reply.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 255, 255, 255, 255, 1 }, "ends within")]
    [InlineData(new byte[] { 1, 0, 0 }, "ends within")]
    public async Task Infer_OfTornTexts_SaysWhere(byte[] bytes, string expected)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Identity(ElementType.String, -1));
        var json = $$"""{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":{{bytes.Length}} } }]}""";
        var reply = await serving.InferAsync("m", [.. Encoding.UTF8.GetBytes(json), .. bytes], null, ("Inference-Header-Content-Length", $"{json.Length}"));
        Assert.Contains(expected, reply.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Infer_OfBytesThatAreNoText_AnswersThemInBinaryOnly()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Identity(ElementType.String, -1));
        var refused = await Ask("false");
        Assert.Contains("ask for it in binary", refused.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal([2, 0, 0, 0, 0xFF, 0x00], (await Ask("true")).Body[^6..]);

        Task<Reply> Ask(string binary)
        {
            var json = $$"""{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":6} }],"parameters":{"binary_data_output":{{binary}} } }""";
            return serving.InferAsync("m", [.. Encoding.UTF8.GetBytes(json), 2, 0, 0, 0, 0xFF, 0x00], null, ("Inference-Header-Content-Length", $"{json.Length}"));
        }
    }

    internal static byte[] Gzip(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Optimal)) stream.Write(body);
        return packed.ToArray();
    }

    private static byte[] Gunzip(byte[] body)
    {
        using var plain = new MemoryStream();
        using (var stream = new GZipStream(new MemoryStream(body), CompressionMode.Decompress)) stream.CopyTo(plain);
        return plain.ToArray();
    }

    private static string Flat(int count, string shape) =>
        $$"""{"inputs":[{"name":"x","shape":{{shape}},"datatype":"FP32","data":[{{string.Join(",", Enumerable.Range(0, count))}}]}]}""";

    private static void CheckTriton(byte[] body, string jsonLength)
    {
        var length = int.Parse(jsonLength, CultureInfo.InvariantCulture);
        Assert.Equal("""{"model_name":"m","model_version":"1","id":"7","outputs":[{"name":"y","datatype":"FP32","shape":[2,2],"parameters":{"binary_data_size":16}}]}""",
            Encoding.UTF8.GetString(body, 0, length));
        Assert.Equal(Of(1f, 1f, 1f, 1f), body[length..]);
    }

    private static byte[] Of<T>(params T[] values) where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
