using System.Text;
using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Services.Inference.Tensors;

/// <summary>Refusals of tensors, in the caller's words.</summary>
internal static class Refuse
{
    public static ProblemException Tensor(string name, string what) =>
        new(ProblemKind.InvalidTensor, $"Input \"{name}\" {what}") { Where = name };

    public static ProblemException Ragged(string name, int index) =>
        Tensor(name, $"is not rectangular: at value {index} the nested arrays differ in depth or length, or lie deeper than {NestedShape.MaximumRank}.");

    public static ProblemException Carrying(string name, ElementType type) =>
        Tensor(name, $"has the element type {type}, which no request can carry.");

    public static ProblemException Element(string name, int index, ElementType type, ref Utf8JsonReader reader) =>
        Tensor(name, $"has {Describe(ref reader)} as value {index}, which is not {Wanted(type)}.");

    /// <summary>What a JSON value of this type looks like.</summary>
    public static string Wanted(ElementType type) => type switch
    {
        ElementType.String => "text",
        ElementType.Bool => "true or false",
        _ when Datatype.IsFloatingPoint(type) =>
            $"a number within {Datatype.NameOf(type)}'s range (or \"NaN\", \"Infinity\" or \"-Infinity\")",
        _ => $"a whole number within {Datatype.NameOf(type)}'s range",
    };

    /// <summary>The JSON value's kind: what it holds stays out of answers and logs.</summary>
    public static string Describe(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number => "a number of another kind or size",
        JsonTokenType.String => "text",
        JsonTokenType.True or JsonTokenType.False => "a truth value",
        JsonTokenType.Null => "null",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        _ => "something else",
    };

    /// <summary>Invalid JSON, with a way out where it holds one of the tokens that Python writes and JSON lacks.</summary>
    public static ProblemException Json(JsonException error, ReadOnlySpan<byte> json, long consumed)
    {
        var at = (int)Math.Min(consumed, json.Length);
        var rest = json[at..].TrimStart(" \t\r\n,:"u8);
        var named = rest.StartsWith("NaN"u8) || rest.StartsWith("Infinity"u8) || rest.StartsWith("-Infinity"u8);
        var hint = named
            ? " JSON has no NaN or Infinity: write the texts \"NaN\", \"Infinity\", \"-Infinity\", or use the binary tensor extension."
            : "";
        var detail = $"The body is not valid JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine}.{hint}";
        return new(ProblemKind.InvalidRequest, detail);
    }

    /// <summary>A text that no reader can give: broken UTF-8, or half of a surrogate pair.</summary>
    public static ProblemException NotUnicode() => new(ProblemKind.InvalidRequest, "A text of the body is not Unicode: broken UTF-8, or half of a surrogate pair.");

    /// <summary>A member that stands twice.</summary>
    public static ProblemException Duplicate(ReadOnlySpan<byte> member) =>
        new(ProblemKind.InvalidRequest, $"The member \"{Encoding.UTF8.GetString(member)}\" stands twice.") { Where = Encoding.UTF8.GetString(member) };
}
