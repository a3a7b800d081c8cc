using Microsoft.Extensions.DependencyInjection;

namespace Serverless.Hosting.Invocation;

/// <summary>Tells which services are singletons, so that functions which need nothing else run without a scope.</summary>
internal sealed class ServiceLifetimes(IServiceCollection services)
{
    public bool IsSingleton(Type type)
    {
        var found = Last(type) ?? (type.IsConstructedGenericType ? Last(type.GetGenericTypeDefinition()) : null);
        return found is { Lifetime: ServiceLifetime.Singleton };
    }

    private ServiceDescriptor? Last(Type type) =>
        services.LastOrDefault(service => service.ServiceType == type && !service.IsKeyedService);
}
