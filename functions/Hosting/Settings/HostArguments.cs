namespace Serverless.Hosting.Settings;

/// <summary>Command-line switches in the form that configuration takes.</summary>
internal static class HostArguments
{
    /// <summary>Core Tools' <c>--enableAuth</c> stands alone; configuration would take the next argument for its value.</summary>
    public static string[] Normalize(string[] args) =>
        [.. args.Select(arg => string.Equals(arg, "--enableAuth", StringComparison.OrdinalIgnoreCase) ? $"--{HostSettings.EnableAuth}=true" : arg)];
}
