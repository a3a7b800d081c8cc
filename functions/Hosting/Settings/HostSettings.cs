namespace Serverless.Hosting.Settings;

/// <summary>The names of the host's settings.</summary>
internal static class HostSettings
{
    public const string EnableAuth = "FunctionsHost:EnableAuth";

    /// <summary>Written by the host: whether it asks for keys.</summary>
    public const string KeysEnforced = "FunctionsHost:KeysEnforced";

    /// <summary>The host stops when its standard input ends, so that it never outlives who started it.</summary>
    public const string StopWhenInputEnds = "FunctionsHost:StopWhenInputEnds";

    /// <summary>Nothing is announced at start.</summary>
    public const string Quiet = "FunctionsHost:Quiet";

    /// <summary>How long a received message stays hidden when its host dies.</summary>
    public const string QueueLease = "FunctionsHost:QueueLease";

    public const string TopicEndpoint = "EventGrid:TopicEndpoint";

    public const string TopicKey = "EventGrid:TopicKey";

    public const string Storage = "AzureWebJobsStorage";

    public const string Urls = "urls";

    public const string DefaultUrl = "http://127.0.0.1:7071";
}
