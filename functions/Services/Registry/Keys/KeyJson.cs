using System.Text.Json;
using System.Text.Json.Serialization;
using Serverless.Core.Access;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Keys;

/// <summary>What a new key may do, and until when.</summary>
/// <param name="Roles">One or more roles.</param>
/// <param name="Expires">When it ends; null: never.</param>
public sealed record KeyRequest(IReadOnlyList<Role> Roles, DateTimeOffset? Expires = null)
{
    /// <summary>The roles as one value.</summary>
    public Role Flags() => Roles.Aggregate(Role.Open, (all, one) => all | one);
}

/// <summary>A key just issued.</summary>
/// <param name="Name">The principal's name.</param>
/// <param name="Roles">What its bearer may do.</param>
/// <param name="Expires">When it ends; null: never.</param>
/// <param name="Key">The key itself, shown this once.</param>
public sealed record KeyResponse(string Name, IReadOnlyList<Role> Roles, DateTimeOffset? Expires, string Key);

/// <summary>A key as it is listed.</summary>
/// <param name="Name">The principal's name.</param>
/// <param name="Roles">What its bearer may do.</param>
/// <param name="Created">When it was issued.</param>
/// <param name="Expires">When it ends; null: never.</param>
public sealed record KeySummary(string Name, IReadOnlyList<Role> Roles, DateTimeOffset Created, DateTimeOffset? Expires);

/// <summary>Every key.</summary>
/// <param name="Items">By name.</param>
public sealed record KeyList(IReadOnlyList<KeySummary> Items)
{
    /// <summary>The rows as they are shown.</summary>
    public static KeyList Of(IReadOnlyList<KeyRow> rows) => new([.. rows.Select(row => new KeySummary(row.Name, Each(row.Roles), row.Created, row.Expires))]);

    private static IReadOnlyList<Role> Each(Role roles) => [.. Enum.GetValues<Role>().Where(role => role != Role.Open && roles.HasFlag(role))];
}

/// <summary>The wire form of keys.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = [typeof(RoleNames)])]
[JsonSerializable(typeof(KeyRequest))]
[JsonSerializable(typeof(KeyResponse))]
[JsonSerializable(typeof(KeyList))]
public sealed partial class KeyJson : JsonSerializerContext;

internal sealed class RoleNames() : JsonStringEnumConverter<Role>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
