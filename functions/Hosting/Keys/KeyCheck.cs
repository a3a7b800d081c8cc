using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Serverless.Hosting.Keys;

/// <summary>Decides whether a request's key opens a door. With keys not enforced every door is open.</summary>
internal sealed class KeyCheck(KeyStore keys, bool enforced)
{
    private const string Header = "x-functions-key";

    public bool Enforced => enforced;

    /// <summary>Whether the request may run an HTTP function.</summary>
    public async ValueTask<bool> MayRunAsync(HttpRequest request, string function, AuthorizationLevel level, CancellationToken cancel)
    {
        if (!enforced || level == AuthorizationLevel.Anonymous) return true;
        if (Given(request) is not { Length: > 0 } given) return false;
        var host = await keys.HostAsync(cancel);
        if (Same(given, host.MasterKey.Value)) return true;
        return level switch
        {
            AuthorizationLevel.Admin => false,
            AuthorizationLevel.System => Any(given, host.SystemKeys),
            _ => Any(given, host.FunctionKeys) || Any(given, (await keys.FunctionAsync(function, cancel)).Keys),
        };
    }

    /// <summary>Whether the request may use the Event Grid webhook: its own system key or the master key.</summary>
    public async ValueTask<bool> MayDeliverAsync(HttpRequest request, CancellationToken cancel)
    {
        if (!enforced) return true;
        if (Given(request) is not { Length: > 0 } given) return false;
        var host = await keys.HostAsync(cancel);
        return Same(given, host.MasterKey.Value) | Any(given, host.SystemKeys.Where(key => key.Name == KeyStore.EventGridKey));
    }

    /// <summary>401 without a key that exists, 403 with a lesser one, null for the master key.</summary>
    public async ValueTask<int?> AdminRefusalAsync(HttpRequest request, CancellationToken cancel)
    {
        if (!enforced) return null;
        if (Given(request) is not { Length: > 0 } given) return StatusCodes.Status401Unauthorized;
        var host = await keys.HostAsync(cancel);
        if (Same(given, host.MasterKey.Value)) return null;
        return Any(given, host.FunctionKeys) || Any(given, host.SystemKeys) ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
    }

    /// <summary>Compares in a time that does not tell how much was right.</summary>
    public static bool Same(string given, string key) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static string? Given(HttpRequest request) =>
        request.Headers.TryGetValue(Header, out var header) && header.Count > 0 ? header.ToString() : request.Query["code"].ToString();

    // Every key is compared, so that time does not tell which one it was.
    private static bool Any(string given, IEnumerable<StoredKey> known) => known.Aggregate(false, (found, key) => found | Same(given, key.Value));
}
