using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Serverless.Hosting.Functions;
using Serverless.Hosting.Invocation;
using Serverless.Hosting.Settings;
using Serverless.Hosting.Storage;

namespace Serverless.Hosting.Startup;

/// <summary>Puts the host together: settings, services, functions, Kestrel.</summary>
internal sealed class EmbeddedHostBuilder
{
    /// <summary>The property by which tests choose function classes; the entry assembly's otherwise.</summary>
    public const string TypesProperty = "FunctionsHost:Types";

    private const long MaxBody = 210_000_000;
    private readonly HostJson file;

    public EmbeddedHostBuilder(string[] args)
    {
        Web = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = HostArguments.Normalize(args),
            ContentRootPath = AppContext.BaseDirectory,
        });
        HostConfiguration.Apply(Web.Configuration);
        file = HostJson.Read(AppContext.BaseDirectory, Web.Configuration);
        HostConfiguration.Apply(Web.Configuration, file);
        Web.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            kestrel.AddServerHeader = false;
        });
        AddServices(Web.Services);
    }

    public WebApplicationBuilder Web { get; }

    public FunctionPipeline Pipeline { get; } = new();

    public IHost Build()
    {
        var catalog = FunctionCatalog.From(ApplicationTypes());
        // Last of all services: listeners start after the application's own and are drained before them.
        Web.Services.AddHostedService<ListenerService>();
        var lifetimes = new ServiceLifetimes(Web.Services);
        var app = Web.Build();
        var parts = new HostParts(app, catalog, lifetimes, Pipeline, file);
        app.UseRouting();
        parts.Map(app);
        app.Run(ServeAsync);
        return app;
    }

    private void AddServices(IServiceCollection services)
    {
        services.AddRouting();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ListenerSet>();
        services.AddHostedService<StorageLauncher>();
        if (Web.Configuration.GetValue(HostSettings.StopWhenInputEnds, false)) services.AddHostedService<InputWatch>();
    }

    // Only our own endpoints are RouteEndpoints. Routing's 405 is not, and the Functions host says 404 there.
    private static Task ServeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is RouteEndpoint { RequestDelegate: { } serve }) return serve(http);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private IEnumerable<Type> ApplicationTypes() =>
        ((IHostApplicationBuilder)Web).Properties.TryGetValue(TypesProperty, out var types)
            ? (IEnumerable<Type>)types
            : (Assembly.GetEntryAssembly() ?? throw new InvalidOperationException("No entry assembly.")).GetTypes();
}
