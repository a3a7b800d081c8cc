using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
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

        using var asked = await app.Client.PostAsJsonAsync($"/models/{model}/erasures", new { entity = "c-1" });
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        var receipt = asked.Headers.Location!.ToString();
        JsonElement state = default;
        await SuiteCalls.UntilAsync("the erasure completes", async () => (state = await app.Client.JsonAsync(receipt)).GetProperty("status").GetString() == "completed");
        Assert.Equal(2, state.GetProperty("rows").GetInt64());
        Assert.DoesNotContain("c-1", state.GetRawText(), StringComparison.Ordinal);

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
}
