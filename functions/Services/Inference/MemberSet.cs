using System.Text;
using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference;

/// <summary>The members of a JSON object that a protocol knows: each at most once, others refused.</summary>
internal sealed class MemberSet(params string[] known)
{
    private readonly HashSet<string> found = [];

    /// <summary>Moves to the object's beginning.</summary>
    public static void Start(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw JsonRequest.NotAnObject();
    }

    /// <summary>Moves to the next member's name; null after the last one.</summary>
    public string? Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            // Whatever followed the object would be no JSON.
            if (reader.CurrentDepth == 0) reader.Read();
            return null;
        }
        foreach (var name in known)
        {
            if (!reader.ValueTextEquals(name)) continue;
            return found.Add(name) ? name : throw Refuse.Duplicate(Encoding.UTF8.GetBytes(name));
        }
        throw new ProblemException(ProblemKind.InvalidRequest, $"There is no member \"{reader.GetString()}\" here.") { Expected = known };
    }

    /// <summary>Whether a member was there.</summary>
    public bool Has(string name) => found.Contains(name);

    /// <summary>Refuses an object that lacks a member.</summary>
    public void Require(string name)
    {
        if (!Has(name)) throw new ProblemException(ProblemKind.InvalidRequest, $"The request has no \"{name}\".") { Where = name };
    }
}
