using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Serverless.Core.Access;
using Serverless.Core.Registry;

namespace Serverless.Services.Registry.Keys;

/// <summary>
/// Tells who calls. Where the host does not enforce keys (a developer's loopback) everybody is <see cref="Principal.Local"/>;
/// otherwise it is who the platform says where it is trusted to know, or whom the presented key names.
/// </summary>
public sealed class Gatekeeper
{
    private readonly NamedKeys keys;
    private readonly bool enforced;
    private readonly bool trustsPlatform;
    private readonly Digest? bootstrap;

    /// <param name="keys">The suite's own keys.</param>
    /// <param name="configuration"><c>FunctionsHost:KeysEnforced</c> (absent: enforced), <c>Access:PlatformIdentity</c> (only behind App Service
    /// authentication, which strips what callers send of its headers) and <c>Access:AdminKey</c>, the key that issues the first keys.</param>
    public Gatekeeper(NamedKeys keys, IConfiguration configuration)
    {
        this.keys = keys;
        enforced = configuration.GetValue("FunctionsHost:KeysEnforced", true);
        trustsPlatform = configuration.GetValue("Access:PlatformIdentity", false);
        bootstrap = configuration["Access:AdminKey"] is { Length: > 0 } key ? PresentedKey.HashOf(key) : null;
    }

    /// <summary>The principal of a request, or null when it presents no key or an unknown one. Without I/O while the keys are fresh.</summary>
    public ValueTask<Principal?> Identify(HttpRequest request)
    {
        if (!enforced) return new(Principal.Local);
        if (trustsPlatform && PlatformIdentity.Of(request) is { } told) return new(told);
        if (PresentedKey.Of(request) is not { } hash) return new((Principal?)null);
        return hash == bootstrap ? new(Bootstrap) : keys.FindAsync(hash, request.HttpContext.RequestAborted);
    }

    private static Principal Bootstrap { get; } = new("bootstrap", Role.Admin);
}
