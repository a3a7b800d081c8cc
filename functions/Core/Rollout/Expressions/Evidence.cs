using System.Collections.Immutable;
using System.Security.Cryptography;
using Serverless.Core.Registry;

namespace Serverless.Core.Rollout;

/// <summary>All that a decision may look at: figures by name. Equal evidence has an equal hash, by which decisions refer to it.</summary>
public sealed class Evidence
{
    private readonly Lazy<byte[]> json;

    /// <summary>Figures by name.</summary>
    public Evidence(IEnumerable<KeyValuePair<string, Figure>> figures)
    {
        Figures = figures.ToImmutableSortedDictionary(StringComparer.Ordinal);
        json = new(() => EvidenceJson.Write(Figures));
        Hash = Digest.Of(SHA256.HashData(json.Value));
    }

    /// <summary>Nothing is known.</summary>
    public static Evidence Empty { get; } = new([]);

    /// <summary>Figures by name, sorted.</summary>
    public ImmutableSortedDictionary<string, Figure> Figures { get; }

    /// <summary>SHA-256 of <see cref="Json"/>.</summary>
    public Digest Hash { get; }

    /// <summary>The canonical form: UTF-8 without spaces, names in ordinal order, each figure with <c>value</c>, <c>low</c>, <c>high</c>, <c>level</c>, <c>method</c>, <c>n</c> and <c>source</c> where known, numbers in their shortest form that reads back the same.</summary>
    public ReadOnlyMemory<byte> Json => json.Value;

    /// <summary>Reads the canonical form.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    public static Evidence Read(ReadOnlyMemory<byte> json) => new(EvidenceJson.Read(json));

    /// <summary>Both; where both have a figure, the other's.</summary>
    public Evidence With(Evidence other) => new(Figures.SetItems(other.Figures));

    /// <summary>A figure's part by name: an exact name first, else <c>.lower</c>, <c>.upper</c> and <c>.n</c> of the figure before it.</summary>
    internal double? Find(string name)
    {
        if (Figures.TryGetValue(name, out var exact)) return exact.Part(FigurePart.Value);
        var (stem, part) = EvidenceName.Split(name);
        return part != FigurePart.Value && Figures.TryGetValue(stem, out var figure) ? figure.Part(part) : null;
    }

    /// <summary>The figure that a name stands for, whichever part of it is meant.</summary>
    internal Figure? Whole(string name) => Figures.GetValueOrDefault(name) ?? Figures.GetValueOrDefault(EvidenceName.Split(name).Stem);
}
