using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.SageMaker;

/// <summary>What Model Monitor takes a column for; the names are the files'.</summary>
public enum InferredType
{
    /// <summary>Nothing was seen to tell by, or the file does not say.</summary>
    Unknown,
    /// <summary>Whole numbers.</summary>
    Integral,
    /// <summary>Numbers.</summary>
    Fractional,
    /// <summary>Text.</summary>
    String,
}

/// <summary>Between its types and ours.</summary>
public static class InferredTypes
{
    /// <summary>Our type; null where there was nothing to tell by.</summary>
    public static ColumnType? ToColumnType(this InferredType type) => type switch
    {
        InferredType.Integral or InferredType.Fractional => ColumnType.Numeric,
        InferredType.String => ColumnType.Categorical,
        InferredType.Unknown => null,
    };
}
