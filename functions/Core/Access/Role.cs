namespace Serverless.Core.Access;

/// <summary>What a caller may do. Roles do not include one another, but for <see cref="Admin"/>, which includes all.</summary>
[Flags]
public enum Role
{
    /// <summary>Nothing is needed.</summary>
    Open = 0,
    /// <summary>Ask for predictions, send labels and outcomes.</summary>
    Predict = 1,
    /// <summary>Read the registry, findings and the audit trail.</summary>
    Read = 2,
    /// <summary>Register models and versions, write policies, read predictions back.</summary>
    Contribute = 4,
    /// <summary>Decide what becomes champion.</summary>
    Approve = 8,
    /// <summary>Everything, keys and erasures among it.</summary>
    Admin = 16,
}
