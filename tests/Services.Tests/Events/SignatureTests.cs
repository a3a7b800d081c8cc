using System.Text;
using Microsoft.AspNetCore.Http;
using Serverless.Services.Events.Webhooks;
using Serverless.Services.Http;

namespace Serverless.Services.Tests.Events;

public sealed class SignatureTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1614265330);
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("{\"test\": 2432232314}");

    // The example of standardwebhooks.com's reference implementations.
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek", Time = "1614265330", Signed = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    [Theory]
    [InlineData(Id, Time, Signed, null)]
    [InlineData(Id, Time, "v1a,c2lnbmVk v1,bm90IGl0 " + Signed, null)]
    [InlineData(Id, Time, Signed + "  v1,", null)]
    [InlineData(null, Time, Signed, SignatureFlaw.MissingHeader)]
    [InlineData(Id, "", Signed, SignatureFlaw.MissingHeader)]
    [InlineData(Id, Time, null, SignatureFlaw.MissingHeader)]
    [InlineData("msg.1", Time, Signed, SignatureFlaw.MalformedId)]
    [InlineData(Id, "soon", Signed, SignatureFlaw.MalformedTimestamp)]
    [InlineData(Id, "-5", Signed, SignatureFlaw.MalformedTimestamp)]
    [InlineData(Id, " 1614265330", Signed, SignatureFlaw.MalformedTimestamp)]
    [InlineData(Id, "1614265330.5", Signed, SignatureFlaw.MalformedTimestamp)]
    [InlineData(Id, "99999999999999", Signed, SignatureFlaw.MalformedTimestamp)]
    [InlineData(Id, "99999999999999999999", Signed, SignatureFlaw.MalformedTimestamp)]
    [InlineData("msg_other", Time, Signed, SignatureFlaw.NoMatch)]
    [InlineData(Id, "1614265331", Signed, SignatureFlaw.NoMatch)]
    [InlineData(Id, "01614265330", Signed, SignatureFlaw.NoMatch)]
    [InlineData(Id, Time, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", SignatureFlaw.NoMatch)]
    [InlineData(Id, Time, "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", SignatureFlaw.NoMatch)]
    [InlineData(Id, Time, "v1,h0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", SignatureFlaw.NoMatch)]
    [InlineData(Id, Time, "v1,g0hM9SsE", SignatureFlaw.NoMatch)]
    [InlineData(Id, Time, "v1,", SignatureFlaw.NoMatch)]
    [InlineData(Id, Time, "v1,not base64!", SignatureFlaw.NoMatch)]
    [InlineData(Id, Time, "   ", SignatureFlaw.NoMatch)]
    public void Message_IsTaken_OrSaysWhatIsWrong(string? id, string? timestamp, string? signature, SignatureFlaw? flaw) =>
        Assert.Equal(flaw, WebhookSignature.Verify(Secret, id, timestamp, signature, Body, Now));

    [Theory]
    [InlineData(300, null)]
    [InlineData(301, SignatureFlaw.TooOld)]
    [InlineData(1e9, SignatureFlaw.TooOld)]
    [InlineData(-300, null)]
    [InlineData(-301, SignatureFlaw.FromTheFuture)]
    public void Message_IsTaken_AsLongAsTheClocksAgree(double later, SignatureFlaw? flaw) =>
        Assert.Equal(flaw, WebhookSignature.Verify(Secret, Id, Time, Signed, Body, Now.AddSeconds(later)));

    [Fact]
    public void Message_UnderAnotherSecret_OrWithAnotherBody_IsRefused()
    {
        Assert.Equal(SignatureFlaw.NoMatch, WebhookSignature.Verify("another secret of enough letters", Id, Time, Signed, Body, Now));
        Assert.Equal(SignatureFlaw.NoMatch, WebhookSignature.Verify(Secret, Id, Time, Signed, Encoding.UTF8.GetBytes("{\"test\": 2432232315}"), Now));
    }

    [Theory]
    [InlineData("a secret of enough letters")]
    [InlineData(Secret)]
    public void What_IsSignedHere_IsTakenHere(string secret) =>
        Assert.Null(WebhookSignature.Verify(secret, Id, WebhookSignature.Timestamp(Now), WebhookSignature.Sign(secret, Id, Now, Body), Body, Now));

    [Theory]
    [InlineData(SignatureFlaw.MissingHeader, "signature-invalid")]
    [InlineData(SignatureFlaw.MalformedId, "signature-invalid")]
    [InlineData(SignatureFlaw.MalformedTimestamp, "signature-invalid")]
    [InlineData(SignatureFlaw.TooOld, "signature-expired")]
    [InlineData(SignatureFlaw.FromTheFuture, "signature-expired")]
    [InlineData(SignatureFlaw.NoMatch, "signature-invalid")]
    public async Task Flaw_IsAProblem_OfAStableType(SignatureFlaw flaw, string type)
    {
        var context = new DefaultHttpContext();
        await Answer.WriteAsync(context, flaw.Problem());
        Assert.Equal((401, $"urn:serverless-mlops:problem:{type}"), (context.Response.StatusCode, Answer.TypeOf(flaw.Problem().Kind)));
        Assert.StartsWith("StandardWebhooks", context.Response.Headers.WWWAuthenticate.ToString(), StringComparison.Ordinal);
    }
}
