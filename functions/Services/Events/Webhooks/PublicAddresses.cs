using System.Net;
using System.Net.Sockets;

namespace Serverless.Services.Events.Webhooks;

/// <summary>Which addresses are somebody else's on the Internet: not this machine, not its network, not the platform's metadata service.</summary>
public static class PublicAddresses
{
    // IANA's special-purpose registries, and 168.63.129.16, which is Azure's own inside every virtual network.
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
            "2001::/23", "2001:db8::/32", "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork Unicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>Whether an address is one of them.</summary>
    public static bool Contains(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return Contains(address.MapToIPv4());
        if (Special.Any(network => network.Contains(address))) return false;
        if (address.AddressFamily == AddressFamily.InterNetwork) return true;
        // IPv4 inside IPv6 is judged as what it leads to.
        var bytes = address.GetAddressBytes();
        if (SixToFour.Contains(address)) return Contains(new IPAddress(bytes.AsSpan(2, 4)));
        if (Nat64.Contains(address)) return Contains(new IPAddress(bytes.AsSpan(12, 4)));
        return address.ScopeId == 0 && Unicast.Contains(address);
    }
}
