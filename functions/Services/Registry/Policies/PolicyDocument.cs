using System.Text.Json;
using System.Text.Json.Nodes;
using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Services.Registry.Policies;

/// <summary>A policy as written and as understood.</summary>
/// <param name="Json">The document as compact JSON with its members in the order given; what is stored and compared.</param>
/// <param name="Policy">What it means, defaults filled in.</param>
public sealed record PolicyDocument(string Json, ModelPolicy Policy)
{
    /// <summary>A document that leaves everything at its default.</summary>
    public static PolicyDocument Empty { get; } = new("{}", ModelPolicy.Default);

    /// <summary>Parses and checks a document from outside.</summary>
    /// <param name="text">JSON, or YAML when <paramref name="isYaml"/>.</param>
    /// <param name="isYaml">Whether the text is YAML.</param>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/> when it cannot be read;
    /// <see cref="ProblemKind.InvalidPolicy"/> with every breach of the schema, each with its JSON pointer.</exception>
    public static PolicyDocument Parse(string text, bool isYaml)
    {
        var json = isYaml ? PolicyYaml.ToJson(text)?.ToJsonString() ?? "null" : ReadJson(text);
        var breaches = PolicySchema.Breaches(json);
        if (breaches.Count == 0) breaches = PolicyRules.Breaches(Read(json));
        return breaches.Count == 0
            ? new(json, Read(json))
            : throw new ProblemException(ProblemKind.InvalidPolicy, string.Join("; ", breaches))
            {
                Where = breaches[0].Split(':')[0],
                Expected = ["/schemas/policy.json"],
            };
    }

    /// <summary>A document that this suite has stored.</summary>
    public static PolicyDocument Stored(string json) => new(json, Read(json));

    private static ModelPolicy Read(string json)
    {
        var parts = PolicyJson.Read(json);
        return new(parts.Registration ?? new(), parts.Serving ?? new()) { Logging = parts.Logging ?? new(), Monitoring = parts.Monitoring ?? new(), Rollout = parts.Rollout ?? new() };
    }

    private static string ReadJson(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new() { AllowDuplicateProperties = false, MaxDepth = 32 })?.ToJsonString() ?? "null";
        }
        catch (JsonException e)
        {
            throw new ProblemException(ProblemKind.InvalidRequest, $"The policy is not JSON: {e.Message}");
        }
        // Half of a surrogate pair is found only when the text is taken.
        catch (InvalidOperationException)
        {
            throw new ProblemException(ProblemKind.InvalidRequest, "A text of the policy is not Unicode: half of a surrogate pair.");
        }
    }
}
