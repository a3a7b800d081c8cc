using System.Collections.Frozen;
using Microsoft.AspNetCore.Routing;
using Serverless.Core.Access;

namespace Serverless.App.Access;

/// <summary>The one table {function → roles}: any of the roles named will do, and <see cref="Role.Admin"/> always. A function without a row is Admin's.</summary>
public static class RoleTable
{
    private const Role Reader = Role.Predict | Role.Read;

    private static readonly FrozenDictionary<string, Role> Rows = new Dictionary<string, Role>
    {
        ["PutKey"] = Role.Admin,
        ["ListKeys"] = Role.Admin,
        ["DeleteKey"] = Role.Admin,
    }.ToFrozenDictionary();

    /// <summary>Every function that has a row.</summary>
    public static IEnumerable<string> Functions => Rows.Keys;

    /// <summary>What a call needs. Who moves <c>champion</c> approves; any other alias is a contributor's.</summary>
    public static Role Needed(string function, RouteValueDictionary route)
    {
        var needed = Rows.GetValueOrDefault(function, Role.Admin);
        return needed.HasFlag(Role.Approve) && needed.HasFlag(Role.Contribute)
            ? route["alias"] as string == "champion" ? Role.Approve : Role.Contribute
            : needed;
    }
}
