using System.Diagnostics;
using System.Reflection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Serverless.App.Reference;

namespace Serverless.Benchmarks.Telemetry;

/// <summary>
/// The whole application in this process, behind a server that has no connections: a request is features that are handed to it, on the caller's thread. What is
/// left out is the kernel's and Kestrel's work, which is more than half of a request's, and nearly all of what scatters on a machine that others share.
/// </summary>
internal sealed class DirectApp : IDisposable
{
    private static readonly Assembly Application = typeof(AppRoutes).Assembly;

    private readonly IHost host;
    private readonly Server server;
    private readonly Thread main;

    private DirectApp(IHost host, Server server, Thread main) => (this.host, this.server, this.main) = (host, server, main);

    /// <summary>Runs the application's own entry point; returns when it has started.</summary>
    /// <param name="storage">The storage account.</param>
    /// <param name="settings">Its other settings.</param>
    public static async Task<DirectApp> StartAsync(string storage, IReadOnlyDictionary<string, string> settings)
    {
        var (server, built, started) = (new Server(), (IHost?)null, new TaskCompletionSource());
        string[] args =
        [
            "--urls=http://127.0.0.1:0", "--FunctionsHost:Quiet=true", $"--AzureWebJobsStorage={storage}", "--Logging:LogLevel:Default=Error",
            .. settings.Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}"),
        ];
        Assembly.SetEntryAssembly(Application);
        using var building = DiagnosticListener.AllListeners.Subscribe(new Building(
            builder => builder.ConfigureServices(services => services.Replace(ServiceDescriptor.Singleton<IServer>(server))), host => built = host));
        var main = new Thread(() =>
        {
            try
            {
                Application.EntryPoint!.Invoke(null, [args]);
                started.TrySetException(new InvalidOperationException("The application has ended."));
            }
            catch (TargetInvocationException failure)
            {
                started.TrySetException(failure.InnerException!);
            }
        })
        { IsBackground = true };
        main.Start();
        server.Started = () => started.TrySetResult();
        await started.Task;
        return new(built!, server, main);
    }

    /// <summary>Answers a request.</summary>
    /// <returns>The status.</returns>
    public async ValueTask<int> SendAsync(string method, string path, string contentType, byte[] body, Stream? answer = null)
    {
        var response = new HttpResponseFeature();
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = method, Path = path, Scheme = "http", Protocol = "HTTP/1.1", Body = new MemoryStream(body, writable: false),
            Headers = new HeaderDictionary { ["Host"] = "127.0.0.1", ["Content-Type"] = contentType, ["Content-Length"] = body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture) },
        });
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer ?? Stream.Null));
        await server.Answer!(features);
        return response.StatusCode;
    }

    public void Dispose()
    {
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        main.Join();
    }

    private sealed class Server : IServer
    {
        public Server() => Features.Set<IServerAddressesFeature>(new ServerAddressesFeature());

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Func<IFeatureCollection, Task>? Answer { get; private set; }

        public Action Started { get; set; } = () => { };

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull
        {
            Answer = async features =>
            {
                var context = application.CreateContext(features);
                await application.ProcessRequestAsync(context);
                application.DisposeContext(context, null);
            };
            Started();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }

    // How tools reach an application that builds its host by itself: the host tells these events.
    private sealed class Building(Action<IHostBuilder> building, Action<IHost> built) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting") value.Subscribe(this);
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == "HostBuilding") building((IHostBuilder)value.Value!);
            if (value.Key == "HostBuilt") built((IHost)value.Value!);
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
