using System.Collections.Frozen;
using System.Reflection;
using Serverless.Core.Problems;

namespace Serverless.Services.Events;

/// <summary>The JSON Schemas of events' data, one a type: what <c>GET /schemas/events/{type}.json</c> serves and <c>dataschema</c> names.</summary>
public static class EventSchemas
{
    private const string Folder = "events/";
    private const string Extension = ".json";

    private static readonly Assembly Here = typeof(EventSchemas).Assembly;

    private static readonly FrozenSet<string> Known = Here.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Select(name => name[Folder.Length..^Extension.Length]).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Every type, in order.</summary>
    public static IReadOnlyList<string> Types { get; } = [.. Known.Order(StringComparer.Ordinal)];

    /// <summary>Whether events have such a type.</summary>
    public static bool Has(string type) => Known.Contains(type);

    /// <summary>A type's schema.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/></exception>
    public static string Text(string type)
    {
        if (!Has(type)) throw new ProblemException(ProblemKind.NotFound, $"No event has the type {type}.") { Where = "type", Expected = Types };
        using var stream = Here.GetManifestResourceStream(Folder + type + Extension)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Where a type's schema is: below the suite's address, or, where nobody has configured one, the schema's name.</summary>
    public static string Address(string type, string? site) =>
        site is { Length: > 0 } ? $"{site.TrimEnd('/')}/schemas/events/{type}.json" : $"urn:serverless-mlops:event:{type}";
}
