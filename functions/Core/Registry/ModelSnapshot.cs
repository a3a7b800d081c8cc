using System.Collections.Immutable;

namespace Serverless.Core.Registry;

/// <summary>A model as serving sees it at one moment: immutable, swapped whole.</summary>
/// <param name="Name">The model.</param>
/// <param name="Task">What it is for.</param>
/// <param name="Archived">Whether the whole model is archived: then nothing answers.</param>
/// <param name="Aliases">Every pointer, <c>champion</c> among them.</param>
/// <param name="Versions">Every version by its number, archived ones too.</param>
/// <param name="Policy">The policy in force.</param>
/// <param name="PolicyVersion">Its number; 0 for the default that nobody has written yet.</param>
public sealed record ModelSnapshot(
    ModelName Name,
    TaskKind Task,
    bool Archived,
    ImmutableDictionary<AliasName, int> Aliases,
    ImmutableSortedDictionary<int, ServableVersion> Versions,
    ModelPolicy Policy,
    int PolicyVersion)
{
    /// <summary>The version that answers when a request names none, or null.</summary>
    public int? Champion { get; } = Aliases.TryGetValue(AliasName.Champion, out var version) ? version : null;

    /// <summary>Who else answers requests that name no version; null when the champion answers them all.</summary>
    public TrafficSplit? Traffic { get; init; }

    /// <summary>Versions that every instance keeps loaded: those that callers are about to meet, or may have to go back to.</summary>
    public IReadOnlyList<int> Warm { get; init; } = [];
}

/// <summary>What serving needs to know of one version.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Artifact">The ONNX file's address.</param>
/// <param name="Bytes">The ONNX file's size.</param>
/// <param name="Signature">What it takes and gives.</param>
/// <param name="FeatureNames">Names of the columns of a single two-dimensional input, in order; null when none were given.</param>
/// <param name="ClassLabels">Labels by class index; null when none were given.</param>
/// <param name="Archived">Whether it is archived: then it does not answer.</param>
public sealed record ServableVersion(
    int Number,
    Digest Artifact,
    long Bytes,
    Signature Signature,
    IReadOnlyList<string>? FeatureNames,
    IReadOnlyList<string>? ClassLabels,
    bool Archived);
