using Serverless.Core.Statistics;

namespace Serverless.Services.Monitoring.SageMaker;

/// <summary>A column's profile under its name: of numbers, of labels, or of nothing.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Type">What the column was taken for.</param>
/// <param name="Numbers">The profile of a column of numbers.</param>
/// <param name="Labels">The profile of a column of labels.</param>
public sealed record NamedProfile(string Name, InferredType Type, ColumnProfile? Numbers, LabelProfile? Labels)
{
    /// <summary>Every row seen.</summary>
    public long Rows => Numbers?.Rows ?? Labels?.Rows ?? 0;
}
