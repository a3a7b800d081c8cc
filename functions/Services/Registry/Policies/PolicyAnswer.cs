using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Serverless.Core.Problems;
using Serverless.Services.Http;

namespace Serverless.Services.Registry.Policies;

/// <summary>Policies over HTTP: JSON or YAML in, by <c>Content-Type</c>; JSON or YAML out, by <c>Accept</c>.</summary>
public static class PolicyAnswer
{
    private const int Largest = 1 << 20;

    /// <summary>The document in a request's body.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.UnsupportedMediaType"/>, <see cref="ProblemKind.InvalidRequest"/> or <see cref="ProblemKind.InvalidPolicy"/>.</exception>
    public static async Task<PolicyDocument> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        var isYaml = IsYaml(request.ContentType);
        if (!isYaml && !request.HasJsonContentType())
            throw new ProblemException(ProblemKind.UnsupportedMediaType, "A policy is JSON or YAML.") { Expected = ["application/json", "application/yaml"] };
        try
        {
            return PolicyDocument.Parse(new UTF8Encoding(false, true).GetString(await request.ReadBytesAsync(Largest, cancel)), isYaml);
        }
        catch (DecoderFallbackException)
        {
            throw new ProblemException(ProblemKind.InvalidRequest, "The policy is not UTF-8.");
        }
    }

    /// <summary>A policy as an answer; its ETag is its version.</summary>
    public static IResult Of(HttpRequest request, PolicyDocument document, int version)
    {
        request.HttpContext.Response.Headers.Vary = HeaderNames.Accept;
        var isYaml = IsYaml(request.Headers.Accept);
        var text = isYaml ? PolicyYaml.Of(JsonNode.Parse(document.Json)) : document.Json;
        return Revisions.Body(request, Encoding.UTF8.GetBytes(text), isYaml ? "application/yaml; charset=utf-8" : "application/json; charset=utf-8", version);
    }

    /// <summary>A version of a policy as callers see it.</summary>
    public static PolicyVersionResponse Version(PolicyRecord policy) => new(policy.Number, JsonNode.Parse(policy.Json)!, policy.Time, policy.Author);

    private static bool IsYaml(string? type) => type?.Contains("yaml", StringComparison.OrdinalIgnoreCase) == true;
}
