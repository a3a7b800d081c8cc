namespace Serverless.Hosting.Startup;

/// <summary>Where this process reaches itself.</summary>
internal static class ListeningAt
{
    /// <summary>The first address, by way of loopback when it stands for every interface.</summary>
    public static string Loopback(IEnumerable<string> addresses)
    {
        var first = addresses.FirstOrDefault(address => address.StartsWith("http://", StringComparison.Ordinal)) ?? addresses.First();
        var start = first.IndexOf("://", StringComparison.Ordinal) + 3;
        var host = first[start..first.LastIndexOf(':')];
        return host is "*" or "+" or "[::]" or "0.0.0.0" ? first.Replace(host, "127.0.0.1", StringComparison.Ordinal).TrimEnd('/') : first.TrimEnd('/');
    }
}
