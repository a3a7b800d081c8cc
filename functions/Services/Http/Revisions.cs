using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Serverless.Services.Http;

/// <summary>Answers with a resource that has a revision: its ETag, 304 for who has it, 201 with its address for a new one.</summary>
public static class Revisions
{
    /// <summary>The answer.</summary>
    public static IResult Json<T>(HttpRequest request, T value, JsonTypeInfo<T> type, int revision, string? created = null)
    {
        var response = request.HttpContext.Response;
        response.Headers.ETag = Preconditions.ETag(revision);
        if (HttpMethods.IsGet(request.Method) && request.HasRevision(revision)) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        if (created is not null) response.Headers.Location = created;
        return TypedResults.Json(value, type, statusCode: created is null ? StatusCodes.Status200OK : StatusCodes.Status201Created);
    }
}
