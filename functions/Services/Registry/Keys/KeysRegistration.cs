using Microsoft.Extensions.DependencyInjection;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Keys;

/// <summary>Composes named keys.</summary>
public static class KeysRegistration
{
    /// <summary>Registers <see cref="NamedKeys"/> and <see cref="Gatekeeper"/>; needs the storage clients.</summary>
    public static IServiceCollection AddKeys(this IServiceCollection services) =>
        services.AddSingleton<KeysTable>().AddSingleton<NamedKeys>().AddSingleton<Gatekeeper>();
}
