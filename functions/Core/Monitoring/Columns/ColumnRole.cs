namespace Serverless.Core.Monitoring;

/// <summary>What a column is there for.</summary>
public enum ColumnRole
{
    /// <summary>What the model predicts from.</summary>
    Feature,
    /// <summary>What it predicted.</summary>
    Prediction,
    /// <summary>What turned out to be true.</summary>
    Label,
    /// <summary>What rows are told apart by.</summary>
    Segment,
    /// <summary>When the row was made.</summary>
    Time,
}
