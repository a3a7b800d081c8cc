namespace Serverless.Core.Registry;

/// <summary>What a model is for: decides how its outputs are read and, later, which metrics judge it.</summary>
public enum TaskKind
{
    /// <summary>Anything else: outputs are handed through by name.</summary>
    Other,
    /// <summary>Two classes.</summary>
    BinaryClassification,
    /// <summary>More than two classes.</summary>
    MulticlassClassification,
    /// <summary>A number.</summary>
    Regression,
}
