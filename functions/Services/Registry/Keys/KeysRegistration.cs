using Microsoft.Extensions.DependencyInjection;

namespace Serverless.Services.Registry.Keys;

/// <summary>Composes named keys.</summary>
public static class KeysRegistration
{
    /// <summary>Registers <see cref="NamedKeys"/> and <see cref="Gatekeeper"/>; needs the registry.</summary>
    public static IServiceCollection AddKeys(this IServiceCollection services) =>
        services.AddSingleton<KeyLedger>().AddSingleton<NamedKeys>().AddSingleton<Gatekeeper>();
}
