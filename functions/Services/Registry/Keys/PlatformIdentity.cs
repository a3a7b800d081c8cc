using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Access;

namespace Serverless.Services.Registry.Keys;

/// <summary>
/// Who calls as the platform tells it: App Service authentication checks the token of Entra ID and puts its claims into
/// <c>x-ms-client-principal</c>, a header that callers cannot send past it. Its app roles are the suite's: Predict, Read, Contribute, Approve, Admin.
/// </summary>
public static class PlatformIdentity
{
    private const int Longest = 64 << 10;

    private static readonly string[] NameClaims =
    [
        "preferred_username", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        "http://schemas.microsoft.com/identity/claims/objectidentifier", "oid", "appid", "azp",
    ];

    /// <summary>The principal, <c>entra:</c> before its name so that no named key can be taken for it; null when the platform tells nothing that can be read.</summary>
    public static Principal? Of(HttpRequest request)
    {
        if (request.Headers["x-ms-client-principal"] is not [{ Length: > 0 and <= Longest } header] || !Base64.IsValid(header)) return null;
        try
        {
            var told = JsonSerializer.Deserialize(Convert.FromBase64String(header), PlatformJson.Default.PlatformClaims);
            return told?.Claims is { Count: > 0 } claims && !claims.Contains(null!) ? new($"entra:{NameOf(told)}", RolesOf(told)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string NameOf(PlatformClaims told) =>
        NameClaims.Prepend(told.NameType).Select(type => told.Claims!.FirstOrDefault(claim => claim.Type == type)?.Value).FirstOrDefault(name => !string.IsNullOrEmpty(name)) ?? "unknown";

    private static Role RolesOf(PlatformClaims told) => told.Claims!
        .Where(claim => claim.Type == told.RoleType || claim.Type == "roles")
        .Select(claim => Enum.GetNames<Role>().Contains(claim.Value, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<Role>(claim.Value!, ignoreCase: true) : Role.Open)
        .Aggregate(Role.Open, (all, one) => all | one);
}

internal sealed record PlatformClaims(
    [property: JsonPropertyName("name_typ")] string? NameType,
    [property: JsonPropertyName("role_typ")] string? RoleType,
    [property: JsonPropertyName("claims")] IReadOnlyList<PlatformClaim>? Claims);

internal sealed record PlatformClaim([property: JsonPropertyName("typ")] string? Type, [property: JsonPropertyName("val")] string? Value);

[JsonSerializable(typeof(PlatformClaims))]
internal sealed partial class PlatformJson : JsonSerializerContext;
