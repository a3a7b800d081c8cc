using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

/// <summary>How one input or output becomes columns.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">Of its elements.</param>
/// <param name="Columns">One for each element of a row, null where a rule drops it; for a list, the list's.</param>
/// <param name="Rules">The rule of each column; null keeps.</param>
/// <param name="List">Whether a row's elements are one list, however many.</param>
public sealed record TensorLayout(
    string Name, ElementType Type, IReadOnlyList<LogColumn?> Columns, IReadOnlyList<FeatureRule?> Rules, bool List)
{
    /// <summary>The column for the hash of a list that was too large to keep; null where none is needed.</summary>
    public LogColumn? Hash { get; init; }
}
