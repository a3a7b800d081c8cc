namespace Serverless.Core.Monitoring;

/// <summary>What a monitor watches, in the order in which an engineer would look for a cause.</summary>
public enum Signal
{
    /// <summary>Whether the data is whole and as the contract says.</summary>
    DataQuality,
    /// <summary>Whether the inputs are distributed as before.</summary>
    FeatureDrift,
    /// <summary>Whether the outputs are.</summary>
    PredictionDrift,
    /// <summary>Whether the truth is.</summary>
    LabelDrift,
    /// <summary>Errors, latency and traffic.</summary>
    Operations,
}
