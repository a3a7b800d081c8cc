using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Serverless.Services.Http;

/// <summary>Answers with a resource that has a revision: its ETag, 304 for who has it, 201 with its address for a new one.</summary>
public static class Revisions
{
    /// <summary>The answer as JSON.</summary>
    public static IResult Json<T>(HttpRequest request, T value, JsonTypeInfo<T> type, int revision, string? created = null) =>
        Body(request, JsonSerializer.SerializeToUtf8Bytes(value, type), "application/json; charset=utf-8", revision, created);

    /// <summary>The answer in any form.</summary>
    public static IResult Body(HttpRequest request, ReadOnlySpan<byte> body, string contentType, int revision, string? created = null)
    {
        var headers = request.HttpContext.Response.Headers;
        var tag = Preconditions.ETag(revision, body);
        headers.ETag = tag;
        if (HttpMethods.IsGet(request.Method) && request.Has(tag)) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        if (created is not null) headers.Location = created;
        return TypedResults.Text(body, contentType, created is null ? StatusCodes.Status200OK : StatusCodes.Status201Created);
    }
}
