using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference;

/// <summary>Reads a protocol's body into a call.</summary>
internal delegate void JsonReading(ref Utf8JsonReader reader, InferenceCall call);

/// <summary>What the JSON protocols share.</summary>
internal static class JsonRequest
{
    /// <summary>Deep enough for the deepest tensor in the deepest place, and no deeper.</summary>
    public static readonly JsonReaderOptions Options = new() { MaxDepth = 16 };

    /// <summary>Reads a whole body; what is no JSON is refused with its place.</summary>
    public static void Read(ReadOnlySpan<byte> body, InferenceCall call, JsonReading read)
    {
        var reader = new Utf8JsonReader(body, Options);
        try
        {
            read(ref reader, call);
        }
        catch (JsonException error)
        {
            throw Refuse.Json(error, body, reader.BytesConsumed);
        }
        catch (InvalidOperationException)
        {
            throw Refuse.NotUnicode();
        }
    }

    /// <summary>Skips the value of the member that the reader stands on.</summary>
    public static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <summary>Moves to a member's value, which has to be an array.</summary>
    public static void StartArray(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) throw Wrong(name, "is an array");
    }

    /// <summary>A member is not what it has to be.</summary>
    public static ProblemException Wrong(string name, string what) => new(ProblemKind.InvalidRequest, $"\"{name}\" {what}.") { Where = name };

    /// <summary>The body is no object.</summary>
    public static ProblemException NotAnObject() => new(ProblemKind.InvalidRequest, "The body is a JSON object.");

    /// <summary>Takes JSON, and what says nothing or what curl says by itself: existing clients send both.</summary>
    public static void CheckContentType(HttpRequest request, bool octets)
    {
        var given = request.ContentType.AsSpan();
        var end = given.IndexOf(';');
        var type = (end < 0 ? given : given[..end]).Trim();
        if (type.IsEmpty || type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase)) return;
        if (type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)) return;
        if (octets && type.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase)) return;
        throw new ProblemException(ProblemKind.UnsupportedMediaType, "The body is application/json" + (octets ? ", or application/octet-stream with binary tensors." : "."))
        { Where = "Content-Type" };
    }
}
