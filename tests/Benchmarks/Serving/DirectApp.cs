using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Services.Predictions;

namespace Serverless.Benchmarks.Serving;

/// <summary>
/// The whole application in this process, behind a server that has no connections: a request is features that are handed to it, on the caller's thread. What is
/// left out is the kernel's and Kestrel's work, which is more than half of a request's, and nearly all of what scatters on a machine that others share.
/// </summary>
internal sealed class DirectApp : IDisposable
{
    private readonly HostedApp app;
    private readonly Server server;

    private DirectApp(HostedApp app, Server server) => (this.app, this.server) = (app, server);

    /// <summary>Runs the application's own entry point; returns when it has started.</summary>
    /// <param name="storage">The storage account.</param>
    /// <param name="settings">Its other settings.</param>
    public static async Task<DirectApp> StartAsync(string storage, IReadOnlyDictionary<string, string> settings)
    {
        var server = new Server();
        return new(await HostedApp.StartAsync(storage, settings, server), server);
    }

    /// <summary>Answers a request.</summary>
    /// <returns>The status.</returns>
    public async ValueTask<int> SendAsync(string method, string path, string contentType, byte[] body)
    {
        var response = new HttpResponseFeature();
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = method, Path = path, Scheme = "http", Protocol = "HTTP/1.1", Body = new MemoryStream(body, writable: false),
            Headers = new HeaderDictionary { ["Host"] = "127.0.0.1", ["Content-Type"] = contentType, ["Content-Length"] = body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture) },
        });
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        await server.Answer!(features);
        return response.StatusCode;
    }

    /// <summary>Waits until what was predicted is durable.</summary>
    public Task FlushAsync() => app.Services.GetRequiredService<PredictionLog>().FlushAsync(CancellationToken.None);

    public void Dispose() => app.Dispose();

    private sealed class Server : IServer
    {
        public Server() => Features.Set<IServerAddressesFeature>(new ServerAddressesFeature());

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Func<IFeatureCollection, Task>? Answer { get; private set; }

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull
        {
            Answer = async features =>
            {
                var context = application.CreateContext(features);
                await application.ProcessRequestAsync(context);
                application.DisposeContext(context, null);
            };
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
