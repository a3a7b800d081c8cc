using System.Text.Json.Serialization;
using Serverless.Core.Registry;
using Serverless.Services.Registry;

namespace Serverless.Services.Rollout.Validation;

/// <summary>An evaluation set: rows whose truth is known, on which candidates are compared with the champion.</summary>
/// <param name="Sha256">The table's address.</param>
/// <param name="Label">The column of the truth.</param>
/// <param name="Sensitive">Columns by which fairness is asked.</param>
/// <param name="Slices">Columns whose values are looked at on their own; numbers in quarters.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Source">Where it comes from: an upload, or a window of the log.</param>
/// <param name="Created">Since when it is in force.</param>
/// <param name="CreatedBy">By whom.</param>
public sealed record EvaluationRecord(
    Digest Sha256, string Label, IReadOnlyList<string> Sensitive, IReadOnlyList<string> Slices, long Rows, IReadOnlyList<string> Columns, string Source, DateTimeOffset Created, string CreatedBy)
{
    /// <summary>The positive one of two classes, where it is stated.</summary>
    public string? Positive { get; init; }

    /// <summary>Rows that could not be read.</summary>
    public long BadRows { get; init; }

    /// <summary>The first of them: line and reason.</summary>
    public IReadOnlyList<string>? BadSamples { get; init; }
}

/// <summary>A window of the log that becomes an evaluation set.</summary>
/// <param name="From">Its start.</param>
/// <param name="To">Its end.</param>
/// <param name="Sensitive">Segments by which fairness is asked.</param>
/// <param name="Slices">Segments and features whose values are looked at on their own.</param>
/// <param name="Positive">The positive one of two classes.</param>
/// <param name="Rows">At most so many rows, chosen by chance.</param>
public sealed record EvaluationCut(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<string>? Sensitive = null, IReadOnlyList<string>? Slices = null, string? Positive = null, int Rows = EvaluationSets.MostRows);

/// <summary>Evaluation sets as they are kept and told.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = [typeof(DigestText)])]
[JsonSerializable(typeof(EvaluationRecord))]
[JsonSerializable(typeof(EvaluationCut))]
public sealed partial class EvaluationJson : JsonSerializerContext;
