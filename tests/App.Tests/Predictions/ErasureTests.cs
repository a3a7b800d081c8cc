using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;
using Serverless.App.Tests.Faults;
using Serverless.Testing;

namespace Serverless.App.Tests.Predictions;

/// <summary>A person asks to be forgotten, over HTTP. On a storage of its own: hosts that other tests kill would take its messages with them.</summary>
public sealed class ErasureTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task Erasure_AskedFor_EndsWithAReceiptInTheAuditTrail()
    {
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString, SuiteCalls.Settings(("PredictionLog:ErasureDelay", "00:00:00.5")));
        var model = ModelName.Parse($"erasing-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}"[..32]);
        await SuiteCalls.RegisterAsync(app.Client, model.Value, SuiteCalls.Onnx(await File.ReadAllBytesAsync(Suite.Model("iris_lr.onnx"))));
        using var policy = await app.Client.PutAsJsonAsync($"/models/{model}/policy", new { logging = new { flushAfter = "PT0.1S" } });
        Assert.Equal(HttpStatusCode.OK, policy.StatusCode);
        var ids = new List<PredictionId>();
        foreach (var customer in (string[])["c-1", "c-2", "c-1", "c-3"]) ids.Add(await PredictAsync(app.Client, model, customer));
        using var label = await app.Client.PostAsJsonAsync($"/models/{model}/labels", new { items = new[] { new { id = ids[0].ToString(), label = "x" } } });
        // The policy may still have been on its way when the rows came.
        await SuiteCalls.UntilAsync("all rows are durable", async () => (await app.Client.HealthAsync()).GetProperty("predictions").GetProperty("pending").GetInt64() == 0);

        using var asked = await app.Client.PostAsJsonAsync($"/models/{model}/erasures", new { entity = "c-1" });
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        var receipt = asked.Headers.Location!.ToString();
        JsonElement state = default;
        await SuiteCalls.UntilAsync("the erasure completes", async () => (state = await app.Client.JsonAsync(receipt)).GetProperty("status").GetString() == "completed");
        Assert.Equal(2, state.GetProperty("rows").GetInt64());
        Assert.DoesNotContain("c-1", state.GetRawText(), StringComparison.Ordinal);
        Assert.InRange(state.GetProperty("files").GetInt32(), 1, 2);
        Assert.Equal(state.GetProperty("files").GetInt32(), state.GetProperty("fileNames").GetArrayLength());
        Assert.All(state.GetProperty("fileNames").EnumerateArray(), file => Assert.Equal((model.Value, PredictionFileKind.Part), (PredictionPaths.Parse(file.GetString()!)!.Model, PredictionPaths.Parse(file.GetString()!)!.Kind)));

        using var read = await app.Client.GetAsync($"/models/{model}/predictions?columns=id,entity_customer&labels=true");
        var rows = (await read.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(["c-2", "c-3"], rows.Select(row => row.GetProperty("entity_customer").GetString()).Order());
        using var gone = await app.Client.GetAsync($"/models/{model}/predictions?id={ids[0]}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        var audit = (await app.Client.JsonAsync($"/models/{model}/audit")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("entry")).ToArray();
        Assert.Equal(["ErasureRequested", "PredictionsErased"], audit[^2..].Select(entry => entry.GetProperty("action").GetString()));
        Assert.Equal(2, audit[^1].GetProperty("after").GetProperty("rows").GetInt32());
        await app.Client.AssertAuditAsync(model.Value);
    }

    [Fact]
    public async Task Erasure_OfARowWithALargeTensor_TakesItsBlobAndLeavesTheOthers()
    {
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString, SuiteCalls.Settings(("PredictionLog:ErasureDelay", "00:00:00.5"), ("PredictionLog:TensorsHeld", "00:00:00")));
        var model = ModelName.Parse($"seeing-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}"[..32]);
        await SuiteCalls.RegisterAsync(app.Client, model.Value, SuiteCalls.Onnx(await File.ReadAllBytesAsync(Suite.Model("mnist-8.onnx"))));
        using var policy = await app.Client.PutAsJsonAsync($"/models/{model}/policy", new { logging = new { mode = "acknowledged", largeTensorBytes = 1000, largeTensors = "blob" } });
        Assert.Equal(HttpStatusCode.OK, policy.StatusCode);
        var hashes = new List<string>();
        foreach (var (customer, shade) in (ValueTuple<string, float>[])[("c-1", 1), ("c-1", 2), ("c-2", 2), ("c-3", 3)])
            hashes.Add(await SeeAsync(app.Client, model, customer, [.. Enumerable.Repeat(shade, 28 * 28)]));
        Assert.Equal(hashes[..2].Append(hashes[3]).Order(), (await TensorsAsync(model)).Order());

        using var asked = await app.Client.PostAsJsonAsync($"/models/{model}/erasures", new { entity = "c-1" });
        var receipt = asked.Headers.Location!.ToString();
        await SuiteCalls.UntilAsync("the erasure completes", async () => (await app.Client.JsonAsync(receipt)).GetProperty("status").GetString() == "completed");
        Assert.Equal(hashes[2..].Order(), (await TensorsAsync(model)).Order());
    }

    [Theory]
    [InlineData("""{"entity":""}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"who":"c-1"}""", HttpStatusCode.BadRequest)]
    public async Task Erasure_OfNobody_IsRefused(string body, HttpStatusCode expected)
    {
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString);
        await SuiteCalls.RegisterAsync(app.Client, "erasing-nobody", SuiteCalls.Onnx(await File.ReadAllBytesAsync(Suite.Model("iris_lr.onnx"))));
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await app.Client.PostAsync("/models/erasing-nobody/erasures", content);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, await app.Client.StatusAsync("/models/erasing-nobody/erasures/7"));
    }

    private static async Task<PredictionId> PredictAsync(HttpClient client, ModelName model, string customer)
    {
        using var answer = await client.PostAsJsonAsync($"/v2/models/{model}/infer", new Dictionary<string, object>
        {
            ["parameters"] = new Dictionary<string, string> { ["entity.customer"] = customer },
            ["inputs"] = new[] { new { name = "input", shape = new[] { 1, 4 }, datatype = "FP32", data = new[] { 5.1f, 3.5f, 1.4f, 0.2f } } },
        });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return PredictionId.Parse(answer.Headers.GetValues("x-prediction-id").Single());
    }

    // What the row says of its image.
    private static async Task<string> SeeAsync(HttpClient client, ModelName model, string customer, float[] image)
    {
        using var answer = await client.PostAsJsonAsync($"/v2/models/{model}/infer", new Dictionary<string, object>
        {
            ["parameters"] = new Dictionary<string, string> { ["entity.customer"] = customer },
            ["inputs"] = new[] { new { name = "Input3", shape = new[] { 1, 1, 28, 28 }, datatype = "FP32", data = image } },
        });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var row = await client.JsonAsync($"/models/{model}/predictions?id={answer.Headers.GetValues("x-prediction-id").Single()}&columns=input_Input3,input_Input3_sha256");
        Assert.Equal(JsonValueKind.Null, row.GetProperty("input_Input3").ValueKind);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(image))), row.GetProperty("input_Input3_sha256").GetString());
        return row.GetProperty("input_Input3_sha256").GetString()!;
    }

    private async Task<List<string>> TensorsAsync(ModelName model)
    {
        var names = new List<string>();
        var container = new BlobContainerClient(azurite.ConnectionString, PredictionPaths.Container, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, PredictionPaths.Model(model), default))
            if (PredictionPaths.Parse(blob.Name) is { Kind: PredictionFileKind.Tensor } file) names.Add(Path.GetFileNameWithoutExtension(file.Name));
        // Were the clock to strike meanwhile, two hours would have the same.
        return [.. names.Distinct()];
    }
}
