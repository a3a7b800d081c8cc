namespace Serverless.Services.Inference.Meters;

/// <summary>How a request ended.</summary>
internal enum RequestOutcome
{
    /// <summary>It was answered.</summary>
    Ok,
    /// <summary>The caller has to change something: a status of 4xx.</summary>
    Refused,
    /// <summary>The suite or the model did not manage: a status of 5xx.</summary>
    Failed,
    /// <summary>The caller left before the answer.</summary>
    Abandoned,
}

/// <summary>The protocols that requests come by.</summary>
internal enum RequestProtocol
{
    /// <summary>Open Inference Protocol v2.</summary>
    V2,
    /// <summary>KServe v1.</summary>
    V1,
    /// <summary>Rows of named features.</summary>
    Rows,
    /// <summary>MLflow scoring.</summary>
    MLflow,
}

/// <summary>What became of a version that followed a request.</summary>
internal enum ShadowOutcome
{
    /// <summary>It answered.</summary>
    Answered,
    /// <summary>It failed, or refused what the other one had taken.</summary>
    Failed,
    /// <summary>It did not run.</summary>
    Dropped,
}
