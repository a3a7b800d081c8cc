using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Serverless.Hosting.Startup;

namespace Serverless.Hosting.Tests;

/// <summary>The embedded host in this process, on a free port, with chosen function classes and what they recorded.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    // Nobody listens there: what needs no storage must not touch it.
    private const string NoStorage = "BlobEndpoint=http://127.0.0.1:1/a;QueueEndpoint=http://127.0.0.1:1/a;AccountName=a;AccountKey=YQ==";
    private readonly WebApplication app;

    private TestHost(WebApplication app)
    {
        this.app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public Recorder Recorder => app.Services.GetRequiredService<Recorder>();

    public IServiceProvider Services => app.Services;

    public static FunctionsApplicationBuilder Builder(IEnumerable<Type> types, params string[] args)
    {
        var builder = FunctionsApplication.CreateBuilder(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default=None", "--FunctionsHost:Quiet=true", "--DOTNET_RUNNING_IN_CONTAINER=false", $"--AzureWebJobsStorage={NoStorage}", .. args]);
        builder.Properties[EmbeddedHostBuilder.TypesProperty] = types;
        builder.Services.AddSingleton<Recorder>();
        // The usual one would take SIGTERM for itself, and the test run could not be ended.
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        return builder;
    }

    public static async Task<TestHost> StartAsync(FunctionsApplicationBuilder builder)
    {
        var app = (WebApplication)builder.Build();
        await app.StartAsync();
        return new TestHost(app);
    }

    public static Task<TestHost> StartAsync(IEnumerable<Type> types, params string[] args) => StartAsync(Builder(types, args));

    /// <summary>With storage, and a host id of its own so that tests share nothing.</summary>
    public static Task<TestHost> StartAsync(string storage, string hostId, TimeProvider clock, Type[] types, params string[] args)
    {
        var builder = Builder(types, [$"--AzureWebJobsStorage={storage}", $"--AzureFunctionsWebHost:hostid={hostId}", .. args]);
        builder.Services.Replace(ServiceDescriptor.Singleton(clock));
        return StartAsync(builder);
    }

    public static string NewId(string prefix) => $"{prefix}-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N")[..20]}";

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        Client.Dispose();
        await app.DisposeAsync();
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
