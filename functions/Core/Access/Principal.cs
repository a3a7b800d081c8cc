namespace Serverless.Core.Access;

/// <summary>Who calls, and what they may do.</summary>
/// <param name="Name">As the audit trail names them.</param>
/// <param name="Roles">What they may do.</param>
public sealed record Principal(string Name, Role Roles)
{
    /// <summary>Everybody on a developer's machine where keys are not enforced.</summary>
    public static Principal Local { get; } = new("local", Role.Admin);

    /// <summary>The suite itself: timers, queues and events.</summary>
    public static Principal System { get; } = new("system", Role.Admin);

    /// <summary>Somebody without a key, where none is needed.</summary>
    public static Principal Anonymous { get; } = new("anonymous", Role.Open);

    /// <summary>Whether one of <paramref name="anyOf"/> is among the caller's roles. <see cref="Role.Open"/> lets everybody in.</summary>
    public bool May(Role anyOf) => anyOf == Role.Open || Roles.HasFlag(Role.Admin) || (Roles & anyOf) != 0;
}
