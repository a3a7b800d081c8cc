namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which key an HTTP function asks for, where keys are enforced.</summary>
public enum AuthorizationLevel
{
    /// <summary>None.</summary>
    Anonymous = 0,

    /// <summary>A signed-in user; the Functions host treats it as <see cref="Function"/>.</summary>
    User = 1,

    /// <summary>The function's own key, a host key or the master key.</summary>
    Function = 2,

    /// <summary>A system key or the master key.</summary>
    System = 3,

    /// <summary>The master key.</summary>
    Admin = 4,
}
