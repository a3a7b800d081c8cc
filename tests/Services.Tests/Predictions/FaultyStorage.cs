using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Serverless.Services.Tests.Predictions;

/// <summary>What happens to one request.</summary>
internal enum Fault
{
    None,
    /// <summary>500 without having reached storage.</summary>
    Error,
    /// <summary>503 without having reached storage.</summary>
    Busy,
    /// <summary>412 without having reached storage.</summary>
    Refused,
    /// <summary>The connection breaks before storage has it.</summary>
    BrokenRequest,
    /// <summary>Storage did it, the answer is lost.</summary>
    LostAnswer,
    /// <summary>Storage did it, the answer breaks off in the middle.</summary>
    TornAnswer,
    /// <summary>Storage did it, the answer says 500.</summary>
    DoneButError,
    /// <summary>No answer within the client's patience.</summary>
    Silence,
}

/// <summary>A proxy in front of a real Azurite that breaks requests as it is told.</summary>
internal sealed class FaultyStorage : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Func<HttpRequest, Fault> next;
    private readonly Uri target;

    private FaultyStorage(WebApplication server, string target, Func<HttpRequest, Fault> next) => (this.server, this.target, this.next) = (server, new Uri(target), next);

    public string ConnectionString { get; private set; } = "";

    public static async Task<FaultyStorage> StartAsync(string connection, Func<HttpRequest, Fault> next)
    {
        var parts = connection.Split(';').Select(part => part.Split('=', 2)).Where(part => part.Length == 2).ToDictionary(part => part[0], part => part[1]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.Logging.ClearProviders();
        var server = builder.Build();
        var proxy = new FaultyStorage(server, parts["BlobEndpoint"], next);
        server.Run(proxy.AnswerAsync);
        await server.StartAsync();
        var address = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        proxy.ConnectionString = $"DefaultEndpointsProtocol=http;AccountName={parts["AccountName"]};AccountKey={parts["AccountKey"]};BlobEndpoint={address}{proxy.target.AbsolutePath};";
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        client.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var fault = next(context.Request);
        switch (fault)
        {
            case Fault.Error or Fault.Busy or Fault.Refused:
                context.Response.StatusCode = fault switch { Fault.Error => 500, Fault.Busy => 503, _ => 412 };
                return;
            case Fault.BrokenRequest:
                context.Abort();
                return;
            case Fault.Silence:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
        }
        using var answer = await client.SendAsync(Forward(context, body.ToArray()));
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        if (fault == Fault.LostAnswer) context.Abort();
        else if (fault == Fault.DoneButError) context.Response.StatusCode = 500;
        else await ReplyAsync(context, answer, bytes, fault == Fault.TornAnswer);
    }

    private HttpRequestMessage Forward(HttpContext context, byte[] body)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri($"{target.Scheme}://{target.Authority}{raw}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Content = new ByteArrayContent(body),
        };
        foreach (var (name, value) in context.Request.Headers)
            if (name is not ("Host" or "Content-Length" or "Transfer-Encoding") && !request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value))
                request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value);
        return request;
    }

    private static async Task ReplyAsync(HttpContext context, HttpResponseMessage answer, byte[] bytes, bool torn)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, value) in answer.Headers.Concat(answer.Content.Headers))
            if (name is not ("Transfer-Encoding" or "Connection" or "Keep-Alive")) context.Response.Headers[name] = value.ToArray();
        if (context.Request.Method == "HEAD") return;
        if (bytes.Length > 0) await context.Response.Body.WriteAsync(bytes.AsMemory(0, torn ? bytes.Length / 2 : bytes.Length));
        await context.Response.Body.FlushAsync();
        if (torn) context.Abort();
    }
}
