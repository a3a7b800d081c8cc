using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;
using Serverless.Services.Http;

namespace Serverless.Services.Inference.MLflow;

/// <summary>Problems in MLflow's shape: its clients read <c>error_code</c> and <c>message</c>.</summary>
internal static class MLflowProblems
{
    /// <summary>Answers with a problem.</summary>
    public static Task WriteAsync(HttpContext context, ProblemException problem)
    {
        var response = context.Response;
        response.StatusCode = Answer.StatusOf(problem.Kind);
        if (problem.RetryAfter is { } retryAfter) response.Headers.RetryAfter = ((int)Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds))).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return response.WriteAsJsonAsync(new(CodeOf(response.StatusCode), problem.Message), MLflowJson.Default.MLflowProblem, null, context.RequestAborted);
    }

    private static string CodeOf(int status) => status switch
    {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "RESOURCE_DOES_NOT_EXIST",
        409 => "RESOURCE_CONFLICT",
        429 => "REQUEST_LIMIT_EXCEEDED",
        501 => "NOT_IMPLEMENTED",
        503 or 504 => "TEMPORARILY_UNAVAILABLE",
        >= 500 => "INTERNAL_ERROR",
        _ => "BAD_REQUEST",
    };
}

/// <summary>MLflow's error body.</summary>
internal sealed record MLflowProblem(string ErrorCode, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MLflowProblem))]
[JsonSerializable(typeof(string))]
internal sealed partial class MLflowJson : JsonSerializerContext;
