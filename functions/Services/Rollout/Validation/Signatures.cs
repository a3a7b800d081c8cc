using Serverless.Core.Monitoring;
using Serverless.Core.Registry;

namespace Serverless.Services.Rollout.Validation;

/// <summary>Whether callers of one version can use another as it is.</summary>
internal static class Signatures
{
    /// <summary>The same features where both name them, in any order; else inputs of the same names, types and shapes. And every output of the champion, with its type.</summary>
    public static bool AreCompatible(ServableVersion champion, ServableVersion candidate) =>
        Inputs(champion, candidate) && champion.Signature.Outputs.All(output => candidate.Signature.Outputs.Any(other => other.Name == output.Name && other.ElementType == output.ElementType && other.Kind == output.Kind));

    /// <summary>Whether a version takes every column that the policy's data contract promises; null where it promises none.</summary>
    public static bool? KeepsContract(ServableVersion version, MonitoringPolicy monitoring) => monitoring.Contract.Count == 0 || TableFeeder.Columns(version) is not { } columns ? null
        : monitoring.Contract.Keys.All(columns.Contains);

    private static bool Inputs(ServableVersion champion, ServableVersion candidate)
    {
        if (champion.FeatureNames is { } names && candidate.FeatureNames is { } others) return names.ToHashSet(StringComparer.Ordinal).SetEquals(others);
        var (wanted, given) = (champion.Signature.Inputs, candidate.Signature.Inputs);
        return wanted.Count == given.Count && wanted.All(input => given.Any(other => Fits(input, other)));
    }

    // An open dimension takes what a fixed one asks for, not the other way round.
    private static bool Fits(ValueSignature asked, ValueSignature given) =>
        asked.Name == given.Name && asked.ElementType == given.ElementType && asked.Kind == given.Kind
        && (given.Shape is null || (asked.Shape is not null && asked.Shape.Count == given.Shape.Count && asked.Shape.Zip(given.Shape).All(pair => pair.Second.Size is null || pair.Second.Size == pair.First.Size)));
}
