using System.Collections.Concurrent;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Inference.Meters;

/// <summary>Every tally of this instance, of a bounded number of models, versions and variants. What comes later shares one that is called <c>(other)</c>: no model can have that name.</summary>
/// <param name="maximum">How many are told apart.</param>
internal sealed class TallyBook(int maximum)
{
    /// <summary>Stands for the model of requests that were refused before it was known.</summary>
    public const string None = "(none)";

    private readonly ConcurrentDictionary<string, ModelTally> models = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Model, string Version, string Variant), VariantTally> variants = new();
    private readonly Lock adding = new();
    private long folded;

    /// <summary>How many are told apart now.</summary>
    public int Count => variants.Count;

    /// <summary>How often something was counted as <see cref="BoundedNames.Other"/> from then on.</summary>
    public long Folded => Volatile.Read(ref folded);

    /// <summary>The models.</summary>
    public IEnumerable<ModelTally> Models => models.Values;

    /// <summary>The variants.</summary>
    public IEnumerable<VariantTally> Variants => variants.Values;

    /// <summary>A model's tally.</summary>
    public ModelTally Model(string name)
    {
        if (models.TryGetValue(name, out var known)) return known;
        lock (adding)
            return models.GetOrAdd(models.Count < maximum || models.ContainsKey(name) ? name : BoundedNames.Other, key => new(key));
    }

    /// <summary>A variant's tally.</summary>
    public VariantTally Variant(string model, string version, string variant)
    {
        if (variants.TryGetValue((model, version, variant), out var known)) return known;
        lock (adding)
        {
            if (variants.Count < maximum || variants.ContainsKey((model, version, variant)))
                return variants.GetOrAdd((model, version, variant), key => new(Model(key.Model), key.Version, key.Variant));
            Interlocked.Increment(ref folded);
            return variants.GetOrAdd((BoundedNames.Other, BoundedNames.Other, BoundedNames.Other), key => new(Model(BoundedNames.Other), BoundedNames.Other, BoundedNames.Other));
        }
    }
}
