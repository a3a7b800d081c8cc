using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Events.Webhooks;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Registry.Webhooks;
using Serverless.Testing;

namespace Serverless.Services.Tests.Monitoring.Alerts;

public sealed class WebhookTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private const string Secret = "a secret of enough letters";

    private Receiver receiver = null!;

    public async ValueTask InitializeAsync() => receiver = await Receiver.StartAsync();

    public ValueTask DisposeAsync() => receiver.DisposeAsync();

    [Fact]
    public async Task Signature_IsWhatTheReceiverComputes()
    {
        await TellAsync("signed", new(receiver.Address + "/signed", Secret: Secret));
        var call = Assert.Single(receiver.Calls);
        var signed = Encoding.UTF8.GetBytes($"{call.Id}.{call.Headers["webhook-timestamp"]}.").Concat(call.Body).ToArray();
        Assert.Equal("v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), signed)), call.Headers["webhook-signature"]);
        Assert.StartsWith("application/cloudevents+json", call.Headers["content-type"], StringComparison.Ordinal);
        Assert.Equal((call.Id, "1.0", "Serverless.Monitoring.AlertFired"), (call.Json.GetProperty("id").GetString(), call.Json.GetProperty("specversion").GetString(), call.Json.GetProperty("type").GetString()));
        Assert.Equal("signed", call.Json.GetProperty("data").GetProperty("model").GetString());
    }

    [Fact]
    public void Signature_IsThatOfTheStandard() =>
        // The example of standardwebhooks.com's reference implementations.
        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookSignature.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), "{\"test\": 2432232314}"u8));

    [Fact]
    public async Task ThreeFailures_ThenSuccess_IsOneDelivery_WithLongerAndLongerWaits()
    {
        foreach (var status in (int[])[500, 503, 429]) receiver.Answers.Enqueue(status);
        var (rig, record) = await TellAsync("flaky", new(receiver.Address + "/flaky", Secret: Secret));
        Assert.Equal((DeliveryStatus.Delivered, 4, 200), (record!.Status, record.Attempts, record.HttpStatus));
        Assert.Equal(4, receiver.Calls.Count);
        Assert.Single(receiver.Calls.Select(call => call.Id).Distinct());
        var waits = rig.Kill.Delays.Where(delay => delay >= TimeSpan.FromSeconds(5) && delay != TimeSpan.FromSeconds(30)).ToArray();
        Assert.Equal(3, waits.Length);
        Assert.InRange(waits[0].TotalSeconds, 5, 10);
        Assert.InRange(waits[1].TotalSeconds, 15, 29.999);
        Assert.InRange(waits[2].TotalSeconds, 45, 90);
    }

    [Fact]
    public async Task AlwaysFailing_IsGivenUpAndRecorded()
    {
        for (var time = 0; time < 20; time++) receiver.Answers.Enqueue(500);
        var (_, record) = await TellAsync("dead", new(receiver.Address + "/dead", Secret: Secret), ("Webhooks:Attempts", "4"));
        Assert.Equal((DeliveryStatus.GivenUp, 4, 500, 4), (record!.Status, record.Attempts, record.HttpStatus, receiver.Calls.Count));
        Assert.Equal("The receiver answered 500.", record.Reason);
    }

    [Fact]
    public async Task Gone_IsGivenUpAtOnce()
    {
        receiver.Answers.Enqueue(410);
        var (_, record) = await TellAsync("gone", new(receiver.Address + "/gone", Secret: Secret));
        Assert.Equal((DeliveryStatus.GivenUp, 1), (record!.Status, record.Attempts));
    }

    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        receiver.RedirectTo = receiver.Address + "/elsewhere";
        var (_, record) = await TellAsync("moved", new(receiver.Address + "/moved", Secret: Secret), ("Webhooks:Attempts", "1"));
        Assert.Equal((DeliveryStatus.GivenUp, 302), (record!.Status, record.HttpStatus));
        Assert.Equal(["/moved"], receiver.Calls.Select(call => call.Path));
    }

    [Fact]
    public async Task Silence_OfTheReceiver_IsCutOff()
    {
        receiver.Hangs = true;
        var (_, record) = await TellAsync("hangs", new(receiver.Address + "/hangs", Secret: Secret), ("Webhooks:Attempts", "1"), ("Webhooks:Timeout", "00:00:00.3"));
        Assert.Equal((DeliveryStatus.GivenUp, "No answer within 0.3 s."), (record!.Status, record.Reason));
    }

    [Fact]
    public async Task UntrustedCertificate_IsRefused()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        using var key = RSA.Create(2048);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        await using var web = builder.Build();
        await web.StartAsync();
        var result = await SendAsync(true, $"https://localhost:{new Uri(web.Urls.Single()).Port}/");
        Assert.False(result.Delivered);
        Assert.Null(result.Status);
        Assert.Contains("certificate", result.Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("https://localhost:1/")]
    [InlineData("https://127.0.0.1:1/")]
    [InlineData("https://[::1]:1/")]
    [InlineData("https://[::ffff:127.0.0.1]:1/")]
    [InlineData("https://2130706433:1/")]
    [InlineData("https://0x7f.1:1/")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://10.0.0.1/")]
    [InlineData("http://example.com/")]
    public async Task PrivateAddress_IsNotConnectedTo(string url)
    {
        var result = await SendAsync(false, url);
        Assert.False(result.Delivered);
        Assert.Matches("private address|Plain http", result.Reason!);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("2002:0808:0808::1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.1.2.3", false)]
    [InlineData("168.63.129.16", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:0001::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("::7f00:1", false)]
    [InlineData("::ffff:0:7f00:1", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("64:ff9b::a9fe:a9fe", false)]
    [InlineData("64:ff9b::808:808", true)]
    [InlineData("64:ff9b:1::808:808", false)]
    [InlineData("2002:a9fe:a9fe::1", false)]
    [InlineData("fe80::1%1", false)]
    [InlineData("192.0.0.192", false)]
    [InlineData("100.100.100.200", false)]
    [InlineData("240.0.0.1", false)]
    public void Addresses_ArePublicOrNot(string address, bool isPublic) => Assert.Equal(isPublic, PublicAddresses.Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://example.com/", Secret)]
    [InlineData("ftp://example.com/", Secret)]
    [InlineData("not an address", Secret)]
    [InlineData("https://user:password@example.com/", Secret)]
    [InlineData("https://localhost/", Secret)]
    [InlineData("https://10.0.0.1/", Secret)]
    [InlineData("https://[::1]/", Secret)]
    [InlineData("https://example.com/", "short")]
    [InlineData("https://example.com/", "whsec_not base64 at all!!")]
    [InlineData("https://example.com/", null)]
    public void Webhook_ThatIsNotAllowed_IsRefused(string url, string? secret)
    {
        var problem = Assert.Throws<ProblemException>(() => new WebhookRequest(url, Secret: secret).Webhook("id", null, "ada", AlertRig.Start, new()));
        Assert.Equal(ProblemKind.InvalidRequest, problem.Kind);
    }

    [Fact]
    public void Webhook_HearsWhatItWants()
    {
        var hook = new WebhookRequest("https://example.com/", Secret: Secret, Events: ["alertFired"], Models: ["ir*"], MinimumSeverity: AlertSeverity.Warning).Webhook("id", null, "ada", AlertRig.Start, new());
        Assert.True(hook.Wants("Serverless.Monitoring.AlertFired", "iris", AlertSeverity.Critical));
        Assert.False(hook.Wants("Serverless.Monitoring.AlertFired", "wine", AlertSeverity.Critical));
        Assert.False(hook.Wants("Serverless.Monitoring.AlertFired", "iris", AlertSeverity.Info));
        Assert.False(hook.Wants("Serverless.Monitoring.AlertResolved", "iris", AlertSeverity.Critical));
    }

    [Fact]
    public async Task Secret_IsKept_AndNeverShown()
    {
        await using var rig = new AlertRig(azurite.ConnectionString, receiver);
        await PutAsync(rig, "kept", $$"""{"url":"https://example.com/a","secret":"{{Secret}}"}""");
        var shown = await PutAsync(rig, "kept", """{"url":"https://example.com/b"}""");
        Assert.DoesNotContain(Secret, shown, StringComparison.Ordinal);
        Assert.Equal((Secret, "https://example.com/b"), ((await rig.Get<WebhookService>().FindAsync("kept", default))!.Secret, (await rig.Get<WebhookService>().FindAsync("kept", default))!.Url));
        await rig.Get<WebhookService>().DeleteAsync(rig.Request("DELETE"), "kept", default);
        Assert.Null(await rig.Get<WebhookService>().FindAsync("kept", default));
    }

    [Fact]
    public void Teams_GetsACard_WithWhatChangedAndLinks()
    {
        var card = JsonDocument.Parse(WebhookBodies.Of(WebhookFormat.Teams, Notice(), null).Body).RootElement;
        Assert.Equal("message", card.GetProperty("type").GetString());
        var content = card.GetProperty("attachments")[0].GetProperty("content");
        Assert.Equal(("AdaptiveCard", "1.4"), (content.GetProperty("type").GetString(), content.GetProperty("version").GetString()));
        var text = content.GetProperty("body").GetRawText();
        foreach (var part in (string[])["iris", "Critical", "2025-03-04 00:00 UTC", "age moved", "p = 1e-9", @"snake\\_case"]) Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.Equal(["Alert", "Model"], content.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("title").GetString()));
    }

    [Fact]
    public void Slack_GetsBlocks_WithMarkupEscaped()
    {
        var message = JsonDocument.Parse(WebhookBodies.Of(WebhookFormat.Slack, Notice(), null).Body).RootElement;
        Assert.Equal("🔥 iris: drift is in breach", message.GetProperty("text").GetString());
        var blocks = message.GetProperty("blocks").EnumerateArray().ToArray();
        Assert.Equal(["header", "section", "section", "context"], blocks.Select(block => block.GetProperty("type").GetString()));
        Assert.Contains("&lt;b&gt; snake_case", blocks[2].GetRawText().Replace("\\u0026", "&", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("<https://mlops.example/a|Alert>", blocks[3].GetProperty("elements")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    private static AlertNotice Notice() => new(
        new Guid(1, 2, 3, new byte[8]), 1, "Serverless.Monitoring.AlertFired", AlertRig.Start, "iris", "drift", new Guid(4, 5, 6, new byte[8]), Signal.FeatureDrift, AlertCause.Breach,
        AlertStatus.Firing, AlertSeverity.Critical, AlertRig.Start, "system", "The last window is in breach.")
    {
        Top = [new("age", "drift", null, "age moved, <b> snake_case") { PValue = 1e-9 }],
        Links = new("https://mlops.example/a", "https://mlops.example/m", null, null),
    };

    private static async Task<SendResult> SendAsync(bool allowPrivate, string url)
    {
        using var sender = new WebhookSender(Options.Create(new WebhooksOptions { AllowPrivate = allowPrivate, Timeout = TimeSpan.FromSeconds(20) }), TimeProvider.System);
        return await sender.SendAsync(new(url, Secret, "id", [], "application/json", null), default);
    }

    private static async Task<string> PutAsync(AlertRig rig, string id, string json)
    {
        var request = rig.Request("PUT");
        request.ContentType = "application/json";
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var answer = new MemoryStream();
        request.HttpContext.Response.Body = answer;
        await (await rig.Get<WebhookService>().PutAsync(request, id, default)).ExecuteAsync(request.HttpContext);
        return Encoding.UTF8.GetString(answer.ToArray());
    }

    private async Task<(AlertRig Rig, DeliveryRecord? Record)> TellAsync(string model, WebhookRequest wanted, params (string, string)[] settings)
    {
        await using var rig = new AlertRig(azurite.ConnectionString, receiver, settings: settings);
        await rig.HookAsync(model, wanted with { Models = [model] });
        var alert = await rig.ObserveAsync(AlertServiceTests.Of(model, 0, 'x'));
        await rig.PumpAsync();
        var records = await rig.Get<WebhookDeliveries>().OfAsync(ModelName.Parse(model), alert!.History[^1].Id, default);
        await rig.UnhookAsync(model);
        return (rig, records.SingleOrDefault());
    }
}
