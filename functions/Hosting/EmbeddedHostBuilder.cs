using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serverless.Hosting.Functions;
using Serverless.Hosting.Http;
using Serverless.Hosting.Invocation;
using Serverless.Hosting.Settings;

namespace Serverless.Hosting;

/// <summary>Puts the host together: settings, services, functions, Kestrel.</summary>
internal sealed class EmbeddedHostBuilder
{
    /// <summary>The property by which tests choose function classes; the entry assembly's otherwise.</summary>
    public const string TypesProperty = "FunctionsHost:Types";

    private const long MaxBody = 210_000_000;
    private readonly HostJson file = HostJson.Read(AppContext.BaseDirectory);

    public EmbeddedHostBuilder(string[] args)
    {
        Web = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = HostArguments.Normalize(args),
            ContentRootPath = AppContext.BaseDirectory,
        });
        if (Web.Configuration["urls"] is null && Web.Configuration["http_ports"] is null) Web.WebHost.UseUrls(HostSettings.DefaultUrl);
        Web.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            kestrel.AddServerHeader = false;
        });
        foreach (var (category, level) in file.LogLevels) Web.Configuration[$"Logging:LogLevel:{category}"] ??= level;
        Web.Services.AddRouting();
        Web.Services.TryAddSingleton(TimeProvider.System);
        Web.Services.AddHostedService<Announcement>();
        if (Web.Configuration.GetValue(HostSettings.StopWhenInputEnds, false)) Web.Services.AddHostedService<InputWatch>();
    }

    public WebApplicationBuilder Web { get; }

    public FunctionPipeline Pipeline { get; } = new();

    public IHost Build()
    {
        var catalog = FunctionCatalog.From(ApplicationTypes());
        Web.Services.AddSingleton(catalog);
        var lifetimes = new ServiceLifetimes(Web.Services);
        var app = Web.Build();
        var serving = new HttpServing(
            new FunctionCompiler(app.Services, lifetimes),
            Pipeline,
            new FunctionTimeouts(file.FunctionTimeout, app.Services.GetRequiredService<TimeProvider>()),
            app.Services.GetRequiredService<TimeProvider>(),
            app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Host.Functions"));
        app.UseRouting();
        Map(app, catalog, serving);
        app.Run(ServeAsync);
        return app;
    }

    private void Map(IEndpointRouteBuilder endpoints, FunctionCatalog catalog, HttpServing serving)
    {
        foreach (var function in catalog.Entries)
        {
            if (function.Trigger is not HttpTriggerAttribute trigger) continue;
            if (HttpRoutes.Problem(function, trigger) is { } problem) throw new InvalidOperationException(problem);
            HttpRoutes.Map(endpoints, HttpRoutes.Template(function, trigger, file.RoutePrefix), trigger, new HttpFunction(function, serving).ServeAsync);
        }
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
