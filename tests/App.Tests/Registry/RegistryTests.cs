using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Serverless.App.Tests.Registry;

public sealed class RegistryTests(Suite suite) : IClassFixture<Suite>
{
    [Fact]
    public async Task Version_Registered_IsChampionWithItsSignatureAndItsBytes()
    {
        using var first = await suite.RegisterAsync("born", "iris_lr");
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal("/models/born/versions/1", first.Headers.Location?.ToString());
        using var again = await suite.RegisterAsync("born", "iris_lr");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);

        var version = await suite.GetAsync("/models/born/versions/1");
        Assert.Equal("input", version.GetProperty("signature").GetProperty("inputs")[0].GetProperty("name").GetString());
        Assert.Equal(["champion"], version.GetProperty("aliases").EnumerateArray().Select(alias => alias.GetString()));
        var bytes = await suite.App.Client.GetByteArrayAsync("/models/born/versions/1/artifact");
        Assert.Equal(await File.ReadAllBytesAsync(Suite.Model("iris_lr.onnx")), bytes);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), version.GetProperty("sha256").GetString());
        Assert.Equal(1, (await suite.GetAsync("/models/born")).GetProperty("champion").GetInt32());
        Assert.Equal(1, (await suite.GetAsync("/models/born")).GetProperty("latestVersion").GetInt32());
    }

    [Fact]
    public async Task Artifact_AskedForARange_GivesJustThat()
    {
        using var registered = await suite.RegisterAsync("ranged", "iris_lr");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(suite.App.Address, "/models/ranged/versions/1/artifact"));
        request.Headers.Range = new RangeHeaderValue(10, 19);
        using var answer = await suite.App.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal((await File.ReadAllBytesAsync(Suite.Model("iris_lr.onnx")))[10..20], await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Version_RegisteredByForm_KeepsItsMetadata()
    {
        using var answer = await FormAsync("formed", "iris_lr", """
            {"featureNames":["sepal length","sepal width","petal length","petal width"],"classLabels":["setosa","versicolor","virginica"],
             "metrics":{"accuracy":0.97},"lineage":{"commit":"abc","dataSetHash":"d"},"tags":{"stage":"test"},"task":"multiclassClassification"}
            """, baseline: "a,b\n1,2\n");
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var version = await suite.GetAsync("/models/formed/versions/1");
        Assert.Equal("versicolor", version.GetProperty("classLabels")[1].GetString());
        Assert.Equal(0.97, version.GetProperty("metrics").GetProperty("accuracy").GetDouble());
        Assert.Equal("abc", version.GetProperty("lineage").GetProperty("commit").GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("a,b\n1,2\n"u8)), version.GetProperty("baseline").GetString());
        Assert.Equal("multiclassClassification", (await suite.GetAsync("/models/formed")).GetProperty("task").GetString());
        var card = await suite.App.Client.GetStringAsync("/models/formed/versions/1/card");
        Assert.Contains("| 2 | virginica |", card, StringComparison.Ordinal);
        Assert.Contains("| accuracy | 0.97 |", card, StringComparison.Ordinal);
        using var asJson = new HttpRequestMessage(HttpMethod.Get, new Uri(suite.App.Address, "/models/formed/versions/1/card"));
        asJson.Headers.Accept.Add(new("application/json"));
        using var json = await suite.App.Client.SendAsync(asJson);
        var facts = await json.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("formed", facts.GetProperty("model").GetProperty("name").GetString());
        Assert.Equal(0.97, facts.GetProperty("version").GetProperty("metrics").GetProperty("accuracy").GetDouble());
    }

    [Fact]
    public async Task Version_WithTheSameBytesAndOtherMetadata_IsAConflictThatNamesTheVersion()
    {
        using var first = await FormAsync("twice", "iris_lr", """{"metrics":{"a":1}}""");
        using var second = await FormAsync("twice", "iris_lr", """{"metrics":{"a":2}}""");
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal("1", (await second.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("expected")[0].GetString());
        using var tagged = await FormAsync("twice", "iris_lr", """{"metrics":{"a":1},"tags":{"later":"yes"}}""");
        Assert.Equal(HttpStatusCode.OK, tagged.StatusCode);
    }

    [Fact]
    public async Task Version_WithTheSameMetadataInOtherWords_IsTheSameVersion()
    {
        using var first = await FormAsync("reworded", "iris_lr", """{"metrics":{"a":1,"b":2},"lineage":{}}""");
        using var second = await FormAsync("reworded", "iris_lr", """{"metrics":{"b":2.0,"a":1e0}}""");
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
    }

    [Theory]
    [InlineData("""{"featureNames":["a","b"]}""", "featureNames")]
    [InlineData("""{"description":"\ud800"}""", "description")]
    [InlineData("""{"tags":{"a":"1","a":"2"}}""", "tags")]
    [InlineData("""{"tags":{"a":null}}""", "tags")]
    [InlineData("""{"featureNames":["a","a","b","c"]}""", "featureNames")]
    [InlineData("""{"classLabels":["a","b"]}""", "classLabels")]
    [InlineData("""{"metrics":{"a":"x"}}""", "metrics")]
    [InlineData("""{"surprise":1}""", "surprise")]
    [InlineData("""{"description":"a","description":"b"}""", "description")]
    [InlineData("{", "")]
    public async Task Version_WithMetadataThatCannotBeTrue_IsRefused(string metadata, string where)
    {
        using var answer = await FormAsync("untrue", "iris_lr", metadata);
        var problem = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(where, problem, StringComparison.Ordinal);
        await suite.SendAsync(HttpMethod.Get, "/models/untrue", null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Version_Uploaded_IsRegisteredFromTheUpload()
    {
        var upload = await suite.SendAsync(HttpMethod.Post, "/models/lifted/uploads", null, HttpStatusCode.Created);
        using var request = new HttpRequestMessage(HttpMethod.Put, upload.GetProperty("url").GetString())
        {
            Content = new ByteArrayContent(await File.ReadAllBytesAsync(Suite.Model("mnist-8.onnx"))),
        };
        foreach (var header in upload.GetProperty("headers").EnumerateObject()) request.Headers.Add(header.Name, header.Value.GetString());
        using var put = await suite.App.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);

        var id = upload.GetProperty("id").GetGuid();
        await suite.SendAsync(HttpMethod.Post, "/models/other/versions", new { uploadId = id }, HttpStatusCode.NotFound);
        var version = await suite.SendAsync(HttpMethod.Post, "/models/lifted/versions", new { uploadId = id, tags = new { from = "upload" } }, HttpStatusCode.Created);
        Assert.Equal("Input3", version.GetProperty("signature").GetProperty("inputs")[0].GetProperty("name").GetString());
        await suite.SendAsync(HttpMethod.Post, "/models/lifted/versions", new { uploadId = id }, HttpStatusCode.OK);
        await suite.SendAsync(HttpMethod.Post, "/models/lifted/versions", new { uploadId = Guid.Empty }, HttpStatusCode.NotFound);
        await suite.SendAsync(HttpMethod.Post, "/models/lifted/versions", new { tags = new { } }, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Upload_Address_LetsNobodyReadOrWriteElsewhere()
    {
        var upload = await suite.SendAsync(HttpMethod.Post, "/models/narrow/uploads", null, HttpStatusCode.Created);
        var url = new Uri(upload.GetProperty("url").GetString()!);
        using var read = await suite.App.Client.GetAsync(url);
        Assert.Equal(HttpStatusCode.Forbidden, read.StatusCode);
        var elsewhere = new UriBuilder(url) { Path = url.AbsolutePath[..^1] + (url.AbsolutePath[^1] == '0' ? '1' : '0') }.Uri;
        using var request = new HttpRequestMessage(HttpMethod.Put, elsewhere) { Content = new ByteArrayContent([1]) };
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        using var write = await suite.App.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, write.StatusCode);
    }

    [Fact]
    public async Task File_ThatOnnxRuntimeDoesNotLoad_IsRefusedAndLeavesNothing()
    {
        // A readable graph whose node names an operator that does not exist.
        var bytes = await File.ReadAllBytesAsync(Suite.Model("iris_lr.onnx"));
        var at = bytes.AsSpan().IndexOf("Normalizer"u8);
        var second = at + 1 + bytes.AsSpan(at + 1).IndexOf("Normalizer"u8);
        bytes[second] = (byte)'X';
        bytes[at] = (byte)'X';
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new("application/octet-stream");
        using var answer = await suite.App.Client.PostAsync("/models/broken/versions", content);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("ormalizer", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await suite.SendAsync(HttpMethod.Get, "/models/broken", null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task File_ThatTakesFarMoreMemoryThanItHolds_IsRefused()
    {
        // 511 bytes: eight operators that fill 400 MB each while the graph is optimised.
        var bytes = Convert.FromBase64String(
            "CAg69AMKMAoBcxICYzAiD0NvbnN0YW50T2ZTaGFwZSoWCgV2YWx1ZaABBCoKCAEQAUoEAACAPwowCgFzEgJjMSIPQ29uc3RhbnRPZlNoYXBlKhYKBXZhbHVl" +
            "oAEEKgoIARABSgQAAABACjAKAXMSAmMyIg9Db25zdGFudE9mU2hhcGUqFgoFdmFsdWWgAQQqCggBEAFKBAAAQEAKMAoBcxICYzMiD0NvbnN0YW50T2ZTaGFw" +
            "ZSoWCgV2YWx1ZaABBCoKCAEQAUoEAACAQAowCgFzEgJjNCIPQ29uc3RhbnRPZlNoYXBlKhYKBXZhbHVloAEEKgoIARABSgQAAKBACjAKAXMSAmM1Ig9Db25z" +
            "dGFudE9mU2hhcGUqFgoFdmFsdWWgAQQqCggBEAFKBAAAwEAKMAoBcxICYzYiD0NvbnN0YW50T2ZTaGFwZSoWCgV2YWx1ZaABBCoKCAEQAUoEAADgQAowCgFz" +
            "EgJjNyIPQ29uc3RhbnRPZlNoYXBlKhYKBXZhbHVloAEEKgoIARABSgQAAABBCisKAmMwCgJjMQoCYzIKAmMzCgJjNAoCYzUKAmM2CgJjNwoBeBIBeSIDU3Vt" +
            "EgFnKg0IARAHQgFzOgSAwtcvWg8KAXgSCgoICAESBAoCCAFiEgoBeRINCgsIARIHCgUIgMLXL0IECgAQDQ==");
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new("application/octet-stream");
        using var answer = await suite.App.Client.PostAsync("/models/bomb/versions", content);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("memory", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await suite.SendAsync(HttpMethod.Get, "/models/bomb", null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Aliases_MoveByCompareAndSwap()
    {
        using var one = await suite.RegisterAsync("pointed", "adult_champion");
        using var two = await suite.RegisterAsync("pointed", "adult_equal");
        await suite.SendAsync(HttpMethod.Put, "/models/pointed/aliases/champion", new { version = 2, reason = "better" }, HttpStatusCode.OK, "\"r1\"");
        await suite.SendAsync(HttpMethod.Put, "/models/pointed/aliases/champion", new { version = 1 }, HttpStatusCode.PreconditionFailed, "\"r1\"");
        await suite.SendAsync(HttpMethod.Put, "/models/pointed/aliases/blue", new { version = 1 }, HttpStatusCode.OK);
        await suite.SendAsync(HttpMethod.Put, "/models/pointed/aliases/latest", new { version = 1 }, HttpStatusCode.BadRequest);
        var problem = await suite.SendAsync(HttpMethod.Put, "/models/pointed/aliases/blue", new { version = 9 }, HttpStatusCode.NotFound);
        Assert.Equal(["1", "2"], problem.GetProperty("expected").EnumerateArray().Select(version => version.GetString()));

        Assert.Equal(2, (await suite.GetAsync("/models/pointed")).GetProperty("champion").GetInt32());
        await suite.SendAsync(HttpMethod.Post, "/models/pointed/versions/1/archive", null, HttpStatusCode.Conflict);
        await suite.SendAsync(HttpMethod.Delete, "/models/pointed/aliases/blue", null, HttpStatusCode.NoContent);
        await suite.SendAsync(HttpMethod.Post, "/models/pointed/versions/1/archive", new { reason = "old" }, HttpStatusCode.OK);
        await suite.SendAsync(HttpMethod.Put, "/models/pointed/aliases/champion", new { version = 1 }, HttpStatusCode.Conflict);
        await suite.SendAsync(HttpMethod.Post, "/models/pointed/versions/1/restore", null, HttpStatusCode.OK);
        await suite.SendAsync(HttpMethod.Put, "/models/pointed/aliases/champion", new { version = 1 }, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Model_Described_IsListedByTagAndName()
    {
        await suite.SendAsync(HttpMethod.Put, "/models/listed%20one", new { description = "d", owner = "o", task = "regression", tags = new { team = "x", area = "a:b" } }, HttpStatusCode.Created);
        await suite.SendAsync(HttpMethod.Put, "/models/listed%20one", new { description = "d", owner = "o", task = "regression", tags = new { team = "x", area = "a:b" } }, HttpStatusCode.OK, "\"r1\"");
        await suite.SendAsync(HttpMethod.Put, "/models/listed%20one", new { tags = new { team = "x", area = "a:b" } }, HttpStatusCode.OK, "\"r1\"");
        await suite.SendAsync(HttpMethod.Put, "/models/listed%20one", new { owner = "late" }, HttpStatusCode.PreconditionFailed, "\"r1\"");
        await suite.SendAsync(HttpMethod.Put, "/models/listed%20two", new { tags = new { team = "x" } }, HttpStatusCode.Created);

        Assert.Equal(["listed one", "listed two"], Names(await suite.GetAsync("/models?tag=team:x&q=LISTED")));
        Assert.Equal(["listed one"], Names(await suite.GetAsync("/models?tag=team:x&tag=area:a:b")));
        var page = await suite.GetAsync("/models?tag=team:x&pageSize=1");
        Assert.Equal(["listed one"], Names(page));
        var token = page.GetProperty("nextPageToken").GetString();
        Assert.Equal(["listed two"], Names(await suite.GetAsync($"/models?tag=team:x&pageSize=1&pageToken={token}")));
        await suite.SendAsync(HttpMethod.Get, "/models?pageSize=0", null, HttpStatusCode.BadRequest);
        await suite.SendAsync(HttpMethod.Get, "/models?pageToken=%21", null, HttpStatusCode.BadRequest);
        await suite.SendAsync(HttpMethod.Get, "/models?tag=x", null, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Model_Archived_DoesNotAnswerUntilRestored()
    {
        using var registered = await suite.RegisterAsync("asleep", "iris_lr");
        object ask = new { inputs = new[] { new { name = "input", shape = new[] { 1, 4 }, datatype = "FP32", data = new[] { 5.1, 3.5, 1.4, 0.2 } } } };
        await suite.SendAsync(HttpMethod.Post, "/v2/models/asleep/infer", ask, HttpStatusCode.OK);
        await suite.SendAsync(HttpMethod.Post, "/models/asleep/archive", new { reason = "test" }, HttpStatusCode.OK);
        await suite.SendAsync(HttpMethod.Post, "/v2/models/asleep/infer", ask, HttpStatusCode.Conflict);
        using var refused = await suite.RegisterAsync("asleep", "adult_champion");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        await suite.SendAsync(HttpMethod.Post, "/models/asleep/restore", null, HttpStatusCode.OK);
        await suite.SendAsync(HttpMethod.Post, "/v2/models/asleep/infer", ask, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Policy_Put_IsVersionedAndDecidesWhatAFirstVersionBecomes()
    {
        await suite.SendAsync(HttpMethod.Put, "/models/ruled/policy", new { }, HttpStatusCode.NotFound);
        await suite.SendAsync(HttpMethod.Put, "/models/ruled", new { }, HttpStatusCode.Created);
        using var yaml = new StringContent("registration: {firstVersion: candidate}\nserving:\n  timeout: PT5S\n", Encoding.UTF8, "application/yaml");
        using var put = await suite.App.Client.PutAsync("/models/ruled/policy", yaml);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.StartsWith("\"r1-", put.Headers.ETag?.ToString(), StringComparison.Ordinal);
        await suite.SendAsync(HttpMethod.Put, "/models/ruled/policy", new { serving = new { timeout = "PT6S" } }, HttpStatusCode.PreconditionFailed, "\"r0\"");
        await suite.SendAsync(HttpMethod.Put, "/models/ruled/policy", new { serving = new { timeout = "6" } }, HttpStatusCode.UnprocessableEntity);
        Assert.Equal("candidate", (await suite.GetAsync("/models/ruled/policy")).GetProperty("registration").GetProperty("firstVersion").GetString());
        using var asYaml = new HttpRequestMessage(HttpMethod.Get, new Uri(suite.App.Address, "/models/ruled/policy"));
        asYaml.Headers.Accept.Add(new("application/yaml"));
        using var text = await suite.App.Client.SendAsync(asYaml);
        Assert.NotEqual(put.Headers.ETag, text.Headers.ETag);
        Assert.Contains("firstVersion: candidate", await text.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var registered = await suite.RegisterAsync("ruled", "iris_lr");
        Assert.False((await suite.GetAsync("/models/ruled")).TryGetProperty("champion", out _));
        Assert.Equal(1, (await suite.GetAsync("/models/ruled/policy/versions")).GetProperty("items").GetArrayLength());
        Assert.Equal("PT5S", (await suite.GetAsync("/models/ruled/policy/versions/1")).GetProperty("policy").GetProperty("serving").GetProperty("timeout").GetString());
        Assert.Equal("object", (await suite.GetAsync("/schemas/policy.json")).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Audit_OfEveryChange_IsAChainThatHolds()
    {
        using var registered = await suite.RegisterAsync("watched", "iris_lr");
        await suite.SendAsync(HttpMethod.Patch, "/models/watched/versions/1", new { tags = new { a = "b" } }, HttpStatusCode.OK, "\"r1\"");
        await suite.SendAsync(HttpMethod.Patch, "/models/watched/versions/1", new { tags = new { a = "c" } }, HttpStatusCode.PreconditionFailed, "\"r1\"");
        var entries = (await suite.GetAsync("/models/watched/audit")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("entry")).ToArray();
        Assert.Equal(["ModelCreated", "VersionRegistered", "AliasMoved", "VersionChanged"], entries.Select(entry => entry.GetProperty("action").GetString()));
        Assert.Equal([1, 2, 3, 4], entries.Select(entry => entry.GetProperty("sequence").GetInt32()));
        Assert.All(entries, entry => Assert.Equal("local", entry.GetProperty("actor").GetString()));
        var page = await suite.GetAsync("/models/watched/audit?pageSize=3");
        Assert.Equal(1, (await suite.GetAsync($"/models/watched/audit?pageToken={page.GetProperty("nextPageToken").GetString()}")).GetProperty("items").GetArrayLength());
        Assert.True((await suite.GetAsync("/audit/verify?model=watched")).GetProperty("valid").GetBoolean());
        Assert.Contains((await suite.GetAsync("/audit?pageSize=1000")).GetProperty("items").EnumerateArray(),
            item => item.GetProperty("entry").GetProperty("id").GetString() == entries[3].GetProperty("id").GetString());
        await suite.SendAsync(HttpMethod.Get, "/audit?pageToken=eA", null, HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("/models/proved/audit")]
    [InlineData("/audit?pageSize=1000")]
    public async Task AuditEntry_AsAnswered_HasTheHashThatStandsBesideIt(string path)
    {
        await suite.SendAsync(HttpMethod.Put, "/models/proved", new { description = "ä <b>&amp;</b> + \"quoted\"" }, null);
        var items = (await suite.GetAsync(path)).GetProperty("items").EnumerateArray().ToArray();
        Assert.NotEmpty(items);
        Assert.All(items, item => Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(item.GetProperty("entry").GetRawText()))), item.GetProperty("hash").GetString()));
    }

    [Fact]
    public async Task Resource_Unchanged_IsNotSentAgain()
    {
        await suite.SendAsync(HttpMethod.Put, "/models/known", new { }, HttpStatusCode.Created);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(suite.App.Address, "/models/known"));
        using var seen = await suite.App.Client.GetAsync("/models/known");
        request.Headers.IfNoneMatch.Add(seen.Headers.ETag!);
        using var answer = await suite.App.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);
    }

    [Fact]
    public async Task Resource_ThatShowsSomethingElse_IsSentThoughItsOwnRevisionStands()
    {
        using var registered = await suite.RegisterAsync("shown", "iris_lr");
        foreach (var path in (string[])["/models/shown", "/models/shown/versions/1"])
        {
            using var seen = await suite.App.Client.GetAsync(path);
            await suite.SendAsync(HttpMethod.Put, $"/models/shown/aliases/of{path.Length}", new { version = 1 }, HttpStatusCode.OK);
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(suite.App.Address, path));
            request.Headers.IfNoneMatch.Add(seen.Headers.ETag!);
            using var answer = await suite.App.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        using var model = await suite.App.Client.GetAsync("/models/shown");
        await suite.SendAsync(HttpMethod.Put, "/models/shown", new { owner = "me" }, HttpStatusCode.OK, model.Headers.ETag!.ToString());
    }

    private static IEnumerable<string?> Names(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString());

    private async Task<HttpResponseMessage> FormAsync(string name, string model, string metadata, string? baseline = null)
    {
        using var form = new MultipartFormDataContent();
        form.Add(new StringContent(metadata, Encoding.UTF8, "application/json"), "metadata");
        form.Add(new ByteArrayContent(await File.ReadAllBytesAsync(Suite.Model(model + ".onnx"))), "model", "model.onnx");
        if (baseline is not null) form.Add(new StringContent(baseline, Encoding.UTF8, "text/csv"), "baseline", "baseline.csv");
        return await suite.App.Client.PostAsync(string.Create(CultureInfo.InvariantCulture, $"/models/{name}/versions"), form);
    }
}
