using System.Diagnostics;
using System.Reflection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Serverless.App.Reference;

namespace Serverless.Benchmarks;

/// <summary>
/// The whole application in this process, started by its own entry point. What is started one after the other here runs the same compiled code: two processes differ in
/// that, and in where it lies, by as much as a feature may cost.
/// </summary>
internal sealed class HostedApp : IDisposable
{
    private static readonly Assembly Application = typeof(AppRoutes).Assembly;

    private readonly IHost host;
    private readonly Thread main;

    private HostedApp(IHost host, Thread main) => (this.host, this.main) = (host, main);

    public IServiceProvider Services => host.Services;

    /// <summary>Where it listens, if it does.</summary>
    public Uri Url => new(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Returns when it has started.</summary>
    /// <param name="storage">The storage account.</param>
    /// <param name="settings">Its other settings.</param>
    /// <param name="server">Takes the requests in place of Kestrel.</param>
    public static async Task<HostedApp> StartAsync(string storage, IReadOnlyDictionary<string, string> settings, IServer? server = null)
    {
        var (app, started) = ((IHost?)null, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        string[] args =
        [
            "--urls=http://127.0.0.1:0", "--FunctionsHost:Quiet=true", $"--AzureWebJobsStorage={storage}", "--Logging:LogLevel:Default=Error",
            .. settings.Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}"),
        ];
        Assembly.SetEntryAssembly(Application);
        using var building = DiagnosticListener.AllListeners.Subscribe(new Building(
            builder =>
            {
                if (server is not null) builder.ConfigureServices(services => services.Replace(ServiceDescriptor.Singleton(server)));
            },
            host =>
            {
                app = host;
                host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(() => started.TrySetResult());
            }));
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
        await started.Task;
        return new(app!, main);
    }

    public void Dispose()
    {
        Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        main.Join();
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
