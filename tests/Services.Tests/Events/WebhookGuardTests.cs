using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;
using Serverless.Core.Problems;
using Serverless.Services.Events.Webhooks;
using Serverless.Services.Registry.Webhooks;
using Serverless.Testing;

namespace Serverless.Services.Tests.Events;

/// <summary>Where webhooks may not lead, and what a hostile receiver cannot do; over real sockets.</summary>
public sealed class WebhookGuardTests
{
    private const string Secret = "a secret of enough letters";

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0.0.0.0")]
    [InlineData("[::1]")]
    [InlineData("[::]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[0:0:0:0:0:ffff:7f00:1]")]
    [InlineData("user@127.0.0.1")]
    public async Task Listener_OfThisMachine_IsNeverConnectedTo(string host)
    {
        using var listener = new TcpListener(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        if (Socket.OSSupportsIPv6) listener.Server.DualMode = true;
        listener.Start();
        var result = await SendAsync(new(), $"https://{host}:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        Assert.False(result.Delivered);
        // Names of no address at all are refused by who looks them up.
        Assert.Matches("private address|unspecified", result.Reason!);
        Assert.False(listener.Pending());
    }

    [Theory]
    [InlineData("hooks.slack.com", "hooks.slack.com", true)]
    [InlineData("hooks.slack.com", "HOOKS.slack.com.", true)]
    [InlineData("hooks.slack.com", "evilhooks.slack.com", false)]
    [InlineData("hooks.slack.com", "slack.com", false)]
    [InlineData("a.example; *.office.com", "prod-1.webhook.office.com", true)]
    [InlineData("a.example; *.office.com", "office.com", false)]
    [InlineData("a.example; *.office.com", "notoffice.com", false)]
    [InlineData("a.example; *.office.com", "office.com.evil.example", false)]
    [InlineData("", "anything.example", true)]
    public void Host_IsAllowedByTheListOrNot(string allowed, string host, bool isAllowed)
    {
        var options = new WebhooksOptions { AllowedHosts = allowed };
        Assert.Equal(isAllowed, options.Allows(host));
        var set = Record.Exception(() => new WebhookRequest($"https://{host}/", Secret: Secret).Webhook("id", null, "ada", DateTimeOffset.UnixEpoch, options));
        Assert.Equal(isAllowed ? null : ProblemKind.InvalidRequest, (set as ProblemException)?.Kind);
    }

    [Fact]
    public async Task Host_TakenOffTheListLater_IsGivenUpAtOnce()
    {
        var result = await SendAsync(new() { AllowedHosts = "hooks.slack.com" }, "https://other.example/");
        Assert.Equal((false, true), (result.Delivered, result.Final));
        Assert.Contains("AllowedHosts", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_OfHeadersWithoutEnd_IsLeft()
    {
        var (result, left) = await HearAsync("HTTP/1.1 200 OK\r\n", index => $"x-{index}: {new string('h', 1000)}\r\n");
        Assert.False(result.Delivered);
        Assert.NotNull(result.Reason);
        Assert.True(left);
    }

    [Fact]
    public async Task Answer_OfABodyWithoutEnd_IsNotReadToIt()
    {
        var (result, left) = await HearAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", _ => $"3e8\r\n{new string('b', 1000)}\r\n");
        Assert.True(result.Delivered);
        Assert.True(left);
    }

    /// <summary>A receiver that speaks until nobody listens any more.</summary>
    private static async Task<(SendResult Result, bool Left)> HearAsync(string start, Func<int, string> more)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var speaking = SpeakAsync(listener, start, more);
        var result = await SendAsync(new() { AllowPrivate = true, Timeout = TimeSpan.FromSeconds(20) }, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        return (result, await speaking.WaitAsync(Patience.Limit, TimeProvider.System));
    }

    private static async Task<bool> SpeakAsync(TcpListener listener, string start, Func<int, string> more)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(start));
            for (var index = 0; ; index++) await stream.WriteAsync(Encoding.ASCII.GetBytes(more(index)));
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static async Task<SendResult> SendAsync(WebhooksOptions options, string url)
    {
        using var sender = new WebhookSender(Options.Create(options), TimeProvider.System);
        return await sender.SendAsync(new(url, Secret, "id", [], "application/json", null), TestContext.Current.CancellationToken);
    }
}
