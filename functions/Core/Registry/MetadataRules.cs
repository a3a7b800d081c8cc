using Serverless.Core.Problems;

namespace Serverless.Core.Registry;

/// <summary>Whether what a registrar says of a version can be true of its signature.</summary>
public static class MetadataRules
{
    private const int Longest = 256;
    private const int MostMetrics = 1000;

    /// <summary>Checks names, labels and figures against the signature.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/></exception>
    public static void Check(VersionMetadata metadata, Signature signature)
    {
        CheckNames(metadata.FeatureNames, "featureNames");
        CheckNames(metadata.ClassLabels, "classLabels");
        if (metadata.FeatureNames is { } features) CheckFeatures(features, signature.Inputs);
        if (metadata.ClassLabels is { } labels) CheckLabels(labels, signature.Outputs);
        CheckLineage(metadata.Lineage);
        if (metadata.Metrics is { Count: > MostMetrics }) throw Wrong("metrics", $"At most {MostMetrics} metrics.");
        foreach (var (name, value) in metadata.Metrics ?? new Dictionary<string, double>())
            if (name.Length is 0 or > Longest || !double.IsFinite(value)) throw Wrong("metrics", $"Metric \"{name}\" needs a name of at most {Longest} characters and a finite value.");
    }

    private static void CheckLineage(Lineage? lineage)
    {
        Labels.Text(lineage?.Source, 1024, "lineage.source");
        Labels.Text(lineage?.Commit, 256, "lineage.commit");
        Labels.Text(lineage?.DataSetHash, 256, "lineage.dataSetHash");
        Labels.Text(lineage?.RunId, 256, "lineage.runId");
    }

    private static void CheckNames(IReadOnlyList<string>? names, string field)
    {
        if (names is null) return;
        if (names.Count is 0 or > 100_000 || names.Any(name => name is null || name.Length is 0 or > Longest)) throw Wrong(field, $"One or more names of 1 to {Longest} characters.");
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Count) throw Wrong(field, "Each name once.");
    }

    private static void CheckFeatures(IReadOnlyList<string> features, IReadOnlyList<ValueSignature> inputs)
    {
        if (inputs.Count == 1)
        {
            if (inputs[0].Shape is { Count: 2 } shape && shape[1].Size is { } width && width != features.Count)
                throw Wrong("featureNames", $"{features.Count} names for input \"{inputs[0].Name}\", which has {width} columns.");
        }
        else if (!inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal).SetEquals(features))
        {
            throw Wrong("featureNames", $"The model has one input a feature; their names are fixed: {string.Join(", ", inputs.Select(input => input.Name).Take(50))}.");
        }
    }

    private static void CheckLabels(IReadOnlyList<string> labels, IReadOnlyList<ValueSignature> outputs)
    {
        var widths = outputs
            .Where(output => output is { Kind: ValueKind.Tensor, ElementType: ElementType.Float or ElementType.Double, Shape.Count: 2 })
            .Select(output => output.Shape![1].Size).ToArray();
        if (widths.Length > 0 && widths.All(width => width is { } fixedWidth && fixedWidth != labels.Count))
            throw Wrong("classLabels", $"{labels.Count} labels, but no output has {labels.Count} columns.");
    }

    private static ProblemException Wrong(string field, string detail) => new(ProblemKind.InvalidRequest, detail) { Where = field };
}
