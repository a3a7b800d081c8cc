namespace Serverless.Hosting.Settings;

/// <summary>The names of the host's own settings.</summary>
internal static class HostSettings
{
    public const string EnableAuth = "FunctionsHost:EnableAuth";

    public const string KeysEnforced = "FunctionsHost:KeysEnforced";

    /// <summary>The host stops when its standard input ends, so that it never outlives who started it.</summary>
    public const string StopWhenInputEnds = "FunctionsHost:StopWhenInputEnds";

    public const string Storage = "AzureWebJobsStorage";

    public const string DefaultUrl = "http://127.0.0.1:7071";
}
