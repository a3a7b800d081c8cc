using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Serverless.Testing;

namespace Serverless.App.Tests.Faults;

/// <summary>The process dies by SIGKILL at any moment of a registration; after a restart there is a whole version or none.</summary>
public sealed class KilledRegistrationTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const int Kills = 20;
    private readonly string cache = Directory.CreateTempSubdirectory("killed-").FullName;
    private readonly Random random = new(20_26);
    private AppProcess app = null!;

    private enum Form { Bytes, Multipart, Upload }

    public async ValueTask InitializeAsync() => app = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Directory.Delete(cache, recursive: true);
    }

    [Fact]
    public async Task Registration_KilledAtAnyMoment_LeavesAWholeVersionOrNone()
    {
        var forms = Enum.GetValues<Form>();
        await MeasureAsync("warm-up", Form.Bytes);
        var durations = new Dictionary<Form, TimeSpan>();
        foreach (var form in forms) durations[form] = await MeasureAsync($"measured-{form}", form);
        var whole = 0;
        for (var round = 0; round < Kills; round++)
        {
            var form = forms[round % forms.Length];
            // Every other kill falls into the last third, where the bytes are put and the transaction is written.
            var part = (round / forms.Length + random.NextDouble()) / (Kills / forms.Length + 1);
            whole += await KillAsync(string.Create(CultureInfo.InvariantCulture, $"killed-{round}"), form, durations[form] * (round % 2 == 0 ? part * 1.1 : 0.7 + part * 0.4));
        }

        TestContext.Current.SendDiagnosticMessage($"{whole} of {Kills} registrations were whole when the process died; undisturbed they take {string.Join(", ", durations.Values.Select(one => one.TotalMilliseconds))} ms.");
    }

    private async Task<int> KillAsync(string model, Form form, TimeSpan delay)
    {
        var bytes = Files.Variant("iris_rf100", model);
        var upload = form == Form.Upload ? await UploadAsync(model, bytes) : null;
        var lost = PostAsync(model, form, bytes, upload);
        await Task.Delay(delay, TimeProvider.System, TestContext.Current.CancellationToken);
        app.Kill();
        await lost;
        await app.DisposeAsync();
        app = await StartAsync();

        var there = await AssertWholeOrAbsentAsync(model, bytes);
        await RepeatAsync(model, form, bytes, upload, there);
        Assert.True(await AssertWholeOrAbsentAsync(model, bytes));
        await SuiteCalls.UntilAsync($"{model} is listed", async () => await app.Client.ListedAsync(model) > 0);
        Assert.Equal(1, await app.Client.ListedAsync(model));
        await app.Client.AssertAuditAsync(model);
        return there ? 1 : 0;
    }

    private async Task<bool> AssertWholeOrAbsentAsync(string model, byte[] bytes)
    {
        if (await app.Client.StatusAsync($"/models/{model}") == HttpStatusCode.NotFound)
        {
            string[] parts = ["versions", "versions/1", "versions/1/artifact", "aliases/champion", "audit"];
            foreach (var part in parts) Assert.Equal(HttpStatusCode.NotFound, await app.Client.StatusAsync($"/models/{model}/{part}"));
            Assert.Equal(0, await app.Client.ListedAsync(model));
            return false;
        }

        Assert.Equal(1, (await app.Client.JsonAsync($"/models/{model}")).GetProperty("champion").GetInt32());
        var version = Assert.Single((await app.Client.JsonAsync($"/models/{model}/versions")).GetProperty("items").EnumerateArray());
        Assert.Equal(1, version.GetProperty("version").GetInt32());
        Assert.Equal(Files.Digest(bytes), version.GetProperty("sha256").GetString());
        Assert.Equal(Files.Digest(bytes), Files.Digest(await app.Client.GetByteArrayAsync($"/models/{model}/versions/1/artifact")));
        Assert.Equal((HttpStatusCode.OK, "1"), await app.Client.InferAsync(model, "input"));
        return true;
    }

    // An upload whose registration got through is used up; who repeats it then sends the file again.
    private async Task RepeatAsync(string model, Form form, byte[] bytes, Guid? upload, bool there)
    {
        var (status, body) = await PostAsync(model, form, bytes, upload) ?? throw new InvalidOperationException("No answer.");
        if (there && form == Form.Upload && status == HttpStatusCode.NotFound) (status, body) = await app.Client.RegisterAsync(model, SuiteCalls.Onnx(bytes));
        Assert.True(status == (there ? HttpStatusCode.OK : HttpStatusCode.Created), $"{model} ({form}): {status} {body}");
        Assert.Equal(1, body.GetProperty("version").GetInt32());
    }

    private async Task<TimeSpan> MeasureAsync(string model, Form form)
    {
        var bytes = Files.Variant("iris_rf100", model);
        var upload = form == Form.Upload ? await UploadAsync(model, bytes) : null;
        var start = TimeProvider.System.GetTimestamp();
        var (status, body) = await PostAsync(model, form, bytes, upload) ?? throw new InvalidOperationException("No answer.");
        Assert.True(status == HttpStatusCode.Created, body.GetRawText());
        return TimeProvider.System.GetElapsedTime(start);
    }

    // Null: the process died before it answered.
    private async Task<(HttpStatusCode Status, JsonElement Body)?> PostAsync(string model, Form form, byte[] bytes, Guid? upload)
    {
        try
        {
            return await app.Client.RegisterAsync(model, Content(form, bytes, upload));
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The request disposes of its content.")]
    private static HttpContent Content(Form form, byte[] bytes, Guid? upload) => form switch
    {
        Form.Bytes => SuiteCalls.Onnx(bytes),
        Form.Multipart => new MultipartFormDataContent { { SuiteCalls.Onnx(bytes), "model", "model.onnx" } },
        Form.Upload => JsonContent.Create(new { uploadId = upload }),
    };

    private async Task<Guid?> UploadAsync(string model, byte[] bytes)
    {
        using var opened = await app.Client.PostAsync($"/models/{model}/uploads", null);
        var place = await opened.Content.ReadFromJsonAsync<JsonElement>();
        using var request = new HttpRequestMessage(HttpMethod.Put, place.GetProperty("url").GetString()) { Content = new ByteArrayContent(bytes) };
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        using var http = new HttpClient();
        using var sent = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, sent.StatusCode);
        return place.GetProperty("id").GetGuid();
    }

    private Task<AppProcess> StartAsync() => SuiteCalls.StartAsync(azurite.ConnectionString, SuiteCalls.Settings(("Registry:CacheFolder", cache)));
}
