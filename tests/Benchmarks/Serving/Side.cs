namespace Serverless.Benchmarks.Serving;

/// <summary>What one side of a comparison runs: the application's settings, and what it is asked.</summary>
internal readonly record struct Side(IReadOnlyDictionary<string, string> Settings, string Model = Side.Logged, int Rows = 1)
{
    /// <summary>The model whose predictions are kept, as the default policy has it.</summary>
    public const string Logged = "iris_lr";

    /// <summary>The same model, nothing kept.</summary>
    public const string Unlogged = "iris_unlogged";

    /// <summary>Its settings, and that no scan reads meanwhile.</summary>
    public IReadOnlyDictionary<string, string> AllSettings => new Dictionary<string, string>(Settings.Concat(Suite.WithoutScans));

    /// <summary>Registers both.</summary>
    public static async Task RegisterAsync(Uri server)
    {
        foreach (var name in (string[])[Logged, Unlogged]) await Suite.RegisterAsync(server, "iris_lr", name);
        await Suite.StopLoggingAsync(server, Unlogged);
    }
}
