using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Serverless.Services.Events.Webhooks;

/// <summary>A message and where it goes.</summary>
/// <param name="Url">The address.</param>
/// <param name="Secret">Signs it; null: it is not signed.</param>
/// <param name="Id">The same with every try: the receiver leaves what it has seen.</param>
/// <param name="Body">The message.</param>
/// <param name="ContentType">Its form.</param>
/// <param name="TraceParent">W3C trace context, or null.</param>
public sealed record WebhookCall(string Url, string? Secret, string Id, byte[] Body, string ContentType, string? TraceParent);

/// <summary>What came of a try.</summary>
/// <param name="Delivered">Whether the receiver took it.</param>
/// <param name="Final">Whether there is no use in trying again.</param>
/// <param name="Status">The receiver's status, where there was one.</param>
/// <param name="Reason">What went wrong; null when nothing did.</param>
/// <param name="RetryAfter">When the receiver wants to be asked again.</param>
public sealed record SendResult(bool Delivered, bool Final, int? Status, string? Reason, TimeSpan? RetryAfter = null);

/// <summary>
/// Calls webhooks. Redirects are not followed, proxies not used, and the address that is really connected to is checked, so that no name that leads to one
/// address when it is checked and to another when it is used reaches this machine's network.
/// </summary>
public sealed class WebhookSender : IDisposable
{
    private const int Gone = 410;

    private readonly HttpClient client;
    private readonly WebhooksOptions options;
    private readonly TimeProvider clock;

    /// <summary>A sender under rules.</summary>
    /// <param name="options">Whether private addresses are allowed, and how long a receiver may take.</param>
    /// <param name="clock">Dates signatures and measures patience.</param>
    public WebhookSender(IOptions<WebhooksOptions> options, TimeProvider clock)
    {
        (this.options, this.clock) = (options.Value, clock);
        client = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectCallback = ConnectAsync,
            ConnectTimeout = this.options.Timeout, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30), MaxResponseHeadersLength = 16,
            // What a receiver says beside its status is not read; so much is passed over to use the connection again.
            MaxResponseDrainSize = 64 << 10,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("serverless-mlops", "1.0"));
    }

    /// <summary>Sends a message once.</summary>
    public async Task<SendResult> SendAsync(WebhookCall call, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(options.Timeout, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            if (Refusal(new Uri(call.Url)) is { } refusal) return new(false, true, null, refusal);
            using var request = Request(call);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return Judge(answer);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(false, false, null, $"No answer within {options.Timeout.TotalSeconds:0.#} s.");
        }
        catch (HttpRequestException failure)
        {
            return new(false, false, null, failure.GetBaseException().Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    // Once more: the rules may have changed since the webhook was set.
    private string? Refusal(Uri url) =>
        url.Scheme != Uri.UriSchemeHttps && !(options.AllowPrivate && url.Scheme == Uri.UriSchemeHttp) ? "Plain http is not allowed."
        : !options.Allows(url.IdnHost) ? $"Webhooks may not lead to {url.IdnHost}: it is none of Webhooks:AllowedHosts." : null;

    private HttpRequestMessage Request(WebhookCall call)
    {
        var now = clock.GetUtcNow();
        var request = new HttpRequestMessage(HttpMethod.Post, call.Url) { Content = new ByteArrayContent(call.Body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(call.ContentType) } } };
        request.Headers.Add("webhook-id", call.Id);
        request.Headers.Add("webhook-timestamp", WebhookSignature.Timestamp(now));
        if (call.Secret is { } secret) request.Headers.Add("webhook-signature", WebhookSignature.Sign(secret, call.Id, now, call.Body));
        if (call.TraceParent is { } trace) request.Headers.TryAddWithoutValidation("traceparent", trace);
        return request;
    }

    private SendResult Judge(HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        if (answer.IsSuccessStatusCode) return new(true, true, status, null);
        if (status is >= 300 and < 400) return new(false, false, status, $"The receiver answered {status}; redirects are not followed.");
        var after = answer.Headers.RetryAfter is { } header ? header.Delta ?? (header.Date - clock.GetUtcNow()) : null;
        return new(false, status == Gone, status, $"The receiver answered {status}.", after);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = await Dns.GetHostAddressesAsync(host, cancel);
        var allowed = options.AllowPrivate ? addresses : [.. addresses.Where(PublicAddresses.Contains)];
        if (allowed.Length == 0) throw new HttpRequestException(addresses.Length == 0 ? $"{host} has no address." : $"{host} leads to a private address.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
