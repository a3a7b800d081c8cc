using System.Collections.Concurrent;

namespace Serverless.Services.Telemetry;

/// <summary>Names that become labels, of which users may make up any number: the first ones are told apart, later ones are <see cref="Other"/>.</summary>
/// <param name="maximum">How many are told apart.</param>
public sealed class BoundedNames(int maximum)
{
    /// <summary>Stands for what is not told apart; nothing that has a name in the suite can have this one.</summary>
    public const string Other = "(other)";

    private readonly ConcurrentDictionary<string, string> known = new(StringComparer.Ordinal);

    /// <summary>The name, or <see cref="Other"/>.</summary>
    public string Of(string name) => known.TryGetValue(name, out var same) ? same : known.Count < maximum ? known.GetOrAdd(name, name) : Other;
}
