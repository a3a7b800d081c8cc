using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Serverless.Hosting.Keys;

namespace Serverless.Hosting.Settings;

/// <summary>Settings in the order of Core Tools: local.settings.json, then the environment, then the command line; and what the host adds to them.</summary>
internal static class HostConfiguration
{
    public static void Apply(ConfigurationManager settings)
    {
        BeforeEnvironment(settings, LocalSettings.Read());
        Default(settings, HostSettings.Urls, Listens(settings) ? null : HostSettings.DefaultUrl);
        Default(settings, HostSettings.Storage, settings.GetSection(HostSettings.Storage).Exists() ? null : "UseDevelopmentStorage=true");
        settings[HostSettings.KeysEnforced] = KeyPolicy.Enforced(settings) ? "true" : "false";
    }

    /// <summary>Log levels of host.json; every other source wins over them.</summary>
    public static void Apply(ConfigurationManager settings, HostJson file) =>
        ((IConfigurationBuilder)settings).Sources.Insert(0, Memory([.. file.LogLevels, Quiet]));

    // What it would say, the announcement says better.
    private static readonly KeyValuePair<string, string?> Quiet = new("Logging:LogLevel:Microsoft.Hosting.Lifetime", "Warning");

    private static bool Listens(ConfigurationManager settings) =>
        settings[HostSettings.Urls] is { Length: > 0 } || settings["http_ports"] is { Length: > 0 } || settings["https_ports"] is { Length: > 0 }
        || settings.GetSection("Kestrel:Endpoints").Exists();

    private static void Default(ConfigurationManager settings, string name, string? value)
    {
        if (value is not null) settings[name] = value;
    }

    private static void BeforeEnvironment(ConfigurationManager settings, Dictionary<string, string?> values)
    {
        var sources = ((IConfigurationBuilder)settings).Sources;
        var environment = sources.Select((source, index) => (source, index))
            .Where(found => found.source is EnvironmentVariablesConfigurationSource { Prefix: null or "" }).Select(found => found.index);
        sources.Insert(environment.DefaultIfEmpty(sources.Count).Last(), Memory(values));
    }

    private static Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource Memory(IEnumerable<KeyValuePair<string, string?>> values) =>
        new() { InitialData = values };
}
