using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serverless.Hosting.Startup;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds an application of functions, served in this process.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly EmbeddedHostBuilder host;

    internal FunctionsApplicationBuilder(string[] args) => host = new EmbeddedHostBuilder(args);

    /// <summary>Shared between parts of the start-up.</summary>
    public IDictionary<object, object> Properties => Web.Properties;

    /// <summary>The application's settings.</summary>
    public ConfigurationManager Configuration => host.Web.Configuration;

    /// <summary>Where the application runs.</summary>
    public IHostEnvironment Environment => host.Web.Environment;

    /// <summary>The application's logging.</summary>
    public ILoggingBuilder Logging => host.Web.Logging;

    /// <summary>The application's metrics.</summary>
    public IMetricsBuilder Metrics => host.Web.Metrics;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services => host.Web.Services;

    IConfigurationManager IHostApplicationBuilder.Configuration => host.Web.Configuration;

    private IHostApplicationBuilder Web => host.Web;

    /// <summary>The host, ready to run.</summary>
    public IHost Build() => host.Build();

    /// <summary>Replaces the container of services.</summary>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull => Web.ConfigureContainer(factory, configure);

    /// <summary>Adds middleware around every invocation; the first added is the outermost.</summary>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        host.Pipeline.Use(middleware);
        return this;
    }
}
