using System.Globalization;
using Azure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Serverless.Core.Problems;

namespace Serverless.Services.Http;

/// <summary>How functions answer: results pass through, a <see cref="ProblemException"/> becomes RFC 9457 problem details, storage that is away or busy a 503 to come back after, everything else is the host's.</summary>
public static class Answer
{
    /// <summary>Runs a function's work and answers with its result, or with its problem.</summary>
    public static async Task<IResult> From(Func<Task<IResult>> work)
    {
        try
        {
            return await work();
        }
        catch (ProblemException problem)
        {
            return new ProblemResult(problem);
        }
        // The server's own words for a body that is not one; on Azure they would be a failed function.
        catch (BadHttpRequestException wrong)
        {
            return new ProblemResult(wrong.Problem());
        }
        catch (Exception away) when (IsAway(away))
        {
            return new ProblemResult(new(ProblemKind.Unavailable, "Storage did not answer, or somebody else changed what was being read. Come again; a change may have been made all the same, so look before you repeat one.") { RetryAfter = TimeSpan.FromSeconds(1) }, away);
        }
    }

    // What the client library throws when it has tried often enough; not what is wrong with a request, with rights or with this code.
    private static bool IsAway(Exception failure) => failure switch
    {
        RequestFailedException { Status: 0 or StatusCodes.Status408RequestTimeout or StatusCodes.Status412PreconditionFailed or StatusCodes.Status429TooManyRequests or >= StatusCodes.Status500InternalServerError } => true,
        AggregateException several => several.InnerExceptions.Count > 0 && several.InnerExceptions.All(IsAway),
        _ => false,
    };

    /// <summary>The status a problem is answered with.</summary>
    public static int StatusOf(ProblemKind kind) => Describe(kind).Status;

    /// <summary>The problem's stable <c>type</c>.</summary>
    public static string TypeOf(ProblemKind kind) => $"urn:serverless-mlops:problem:{Describe(kind).Slug}";

    /// <summary>Writes problem details to a response that has not started.</summary>
    public static Task WriteAsync(HttpContext context, ProblemException problem)
    {
        var (status, _, title) = Describe(problem.Kind);
        var response = context.Response;
        response.StatusCode = status;
        if (problem.RetryAfter is { } retryAfter)
            response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (problem.Kind is ProblemKind.SignatureInvalid or ProblemKind.SignatureExpired) response.Headers.WWWAuthenticate = "StandardWebhooks realm=\"serverless-mlops\"";
        if (problem.Kind == ProblemKind.Unauthenticated) response.Headers.WWWAuthenticate = "ApiKey realm=\"serverless-mlops\"";
        var body = new ProblemBody(TypeOf(problem.Kind), title, status, problem.Message, problem.Message, problem.Where, problem.Expected);
        return response.WriteAsJsonAsync(body, ProblemJson.Readable.ProblemBody, "application/problem+json", context.RequestAborted);
    }

    // No default arm: a new kind does not compile until it has a row.
    private static (int Status, string Slug, string Title) Describe(ProblemKind kind) => kind switch
    {
        ProblemKind.InvalidRequest => (400, "invalid-request", "Invalid request"),
        ProblemKind.InvalidName => (400, "invalid-name", "Invalid name"),
        ProblemKind.InvalidTensor => (400, "invalid-tensor", "Invalid tensor"),
        ProblemKind.InvalidRow => (400, "invalid-row", "Invalid row"),
        ProblemKind.InvalidModel => (422, "invalid-model", "Not a model that can be served"),
        ProblemKind.InvalidPolicy => (422, "invalid-policy", "Invalid policy"),
        ProblemKind.UnsupportedMediaType => (415, "unsupported-media-type", "Unsupported media type"),
        ProblemKind.NotAcceptable => (406, "not-acceptable", "Not acceptable"),
        ProblemKind.BodyTooLarge => (413, "body-too-large", "Body too large"),
        ProblemKind.ModelNotFound => (404, "model-not-found", "Model not found"),
        ProblemKind.VersionNotFound => (404, "version-not-found", "Version not found"),
        ProblemKind.NotFound => (404, "not-found", "Not found"),
        ProblemKind.NotServable => (409, "not-servable", "Nothing can answer"),
        ProblemKind.Conflict => (409, "conflict", "Conflict"),
        ProblemKind.VersionConflict => (409, "version-conflict", "Changed by another writer"),
        ProblemKind.PreconditionFailed => (412, "precondition-failed", "Precondition failed"),
        ProblemKind.Unauthenticated => (401, "unauthenticated", "Key required"),
        ProblemKind.SignatureInvalid => (401, "signature-invalid", "Signature required"),
        ProblemKind.SignatureExpired => (401, "signature-expired", "Signed at another time"),
        ProblemKind.Forbidden => (403, "forbidden", "Not allowed"),
        ProblemKind.TooManyRequests => (429, "too-many-requests", "Too many requests"),
        ProblemKind.Timeout => (504, "timeout", "Out of time"),
        ProblemKind.ModelFailed => (500, "model-failed", "The model failed"),
        ProblemKind.NotSupported => (501, "not-supported", "Not supported"),
        ProblemKind.Unavailable => (503, "unavailable", "Unavailable"),
    };

    private sealed class ProblemResult(ProblemException problem, Exception? cause = null) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (cause is not null) httpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Answer)).StorageIsAway(cause);
            return WriteAsync(httpContext, problem);
        }
    }
}
