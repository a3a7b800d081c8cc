using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs the function for HTTP requests.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Any method, with the function's key.</summary>
    public HttpTriggerAttribute()
    {
    }

    /// <summary>These methods, with the function's key.</summary>
    public HttpTriggerAttribute(params string[] methods) => Methods = methods;

    /// <summary>Any method.</summary>
    public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

    /// <summary>These methods.</summary>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods) =>
        (AuthLevel, Methods) = (authLevel, methods);

    /// <summary>The route's template; the function's name when absent.</summary>
    public string? Route { get; set; }

    /// <summary>The methods served; null means any.</summary>
    public string[]? Methods { get; }

    /// <summary>The key asked for.</summary>
    public AuthorizationLevel AuthLevel { get; } = AuthorizationLevel.Function;
}
