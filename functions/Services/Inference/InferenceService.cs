using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;
using Serverless.Services.Inference.KServe;
using Serverless.Services.Inference.MLflow;
using Serverless.Services.Inference.OpenInference;
using Serverless.Services.Inference.Rows;

namespace Serverless.Services.Inference;

/// <summary>Answers inference requests in each protocol. It writes the response itself, problems too.</summary>
public sealed class InferenceService
{
    private readonly InferencePipeline pipeline;
    private readonly OpenInferenceProtocol openInference;
    private readonly KServeProtocol kserve;
    private readonly RowsProtocol rows;
    private readonly MLflowProtocol mlflow;

    internal InferenceService(InferencePipeline pipeline, OpenInferenceProtocol openInference, KServeProtocol kserve, RowsProtocol rows, MLflowProtocol mlflow) =>
        (this.pipeline, this.openInference, this.kserve, this.rows, this.mlflow) = (pipeline, openInference, kserve, rows, mlflow);

    /// <summary>Open Inference Protocol v2; null asks the champion.</summary>
    public Task InferAsync(HttpRequest request, string model, string? version, CancellationToken cancel) =>
        pipeline.AnswerAsync(openInference, request, model, version, cancel);

    /// <summary>KServe v1; <c>?version=</c> names a version or an alias.</summary>
    public Task PredictV1Async(HttpRequest request, string model, CancellationToken cancel) =>
        pipeline.AnswerAsync(kserve, request, model, VersionOf(request), cancel);

    /// <summary>Rows of named features; <c>?version=</c> names a version or an alias.</summary>
    public Task PredictAsync(HttpRequest request, string model, CancellationToken cancel) =>
        pipeline.AnswerAsync(rows, request, model, VersionOf(request), cancel);

    /// <summary>MLflow scoring; <c>?version=</c> names a version or an alias.</summary>
    public Task InvokeAsync(HttpRequest request, string model, CancellationToken cancel) =>
        pipeline.AnswerAsync(mlflow, request, model, VersionOf(request), cancel);

    /// <summary>The answer to a route that KServe v1 has and the suite does not.</summary>
    public static ProblemException ExplainingIsNotBuilt(string model) =>
        new(ProblemKind.NotSupported, $"\"{model}\" can't be explained: explanations are not built yet.");

    private static string? VersionOf(HttpRequest request) =>
        request.Query.TryGetValue("version", out var version) && version.Count > 0 ? version.ToString() : null;
}
