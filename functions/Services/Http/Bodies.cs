using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;

namespace Serverless.Services.Http;

/// <summary>Reads small JSON bodies.</summary>
public static partial class Bodies
{
    /// <summary>The largest body read whole: metadata and documents, never a model.</summary>
    public const int Largest = 4 << 20;

    /// <summary>The body as a record.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.UnsupportedMediaType"/>, <see cref="ProblemKind.BodyTooLarge"/> or
    /// <see cref="ProblemKind.InvalidRequest"/> with the place in the document.</exception>
    public static async Task<T> ReadAsync<T>(this HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        if (!request.HasJsonContentType()) throw NotJson();
        return Parse(await request.ReadBytesAsync(Largest, cancel), type);
    }

    /// <summary>The body as a record, or null when there is none.</summary>
    /// <exception cref="ProblemException">As <see cref="ReadAsync"/>.</exception>
    public static async Task<T?> ReadOptionalAsync<T>(this HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
    {
        var bytes = await request.ReadBytesAsync(Largest, cancel);
        if (bytes.Length == 0) return null;
        if (!request.HasJsonContentType()) throw NotJson();
        return Parse(bytes, type);
    }

    /// <summary>The whole body, at most <paramref name="largest"/> bytes.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.BodyTooLarge"/></exception>
    public static async Task<byte[]> ReadBytesAsync(this HttpRequest request, int largest, CancellationToken cancel)
    {
        if (request.ContentLength > largest) throw TooLarge(largest);
        return await ReadBytesAsync(request.Body, largest, cancel);
    }

    /// <summary>A stream to its end, at most <paramref name="largest"/> bytes.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.BodyTooLarge"/></exception>
    public static async Task<byte[]> ReadBytesAsync(Stream content, int largest, CancellationToken cancel)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16 << 10];
        int count;
        while ((count = await content.ReadAsync(buffer, cancel)) > 0)
        {
            if (bytes.Length + count > largest) throw TooLarge(largest);
            bytes.Write(buffer, 0, count);
        }

        return bytes.ToArray();
    }

    /// <summary>JSON as a record.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/></exception>
    public static T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new ProblemException(ProblemKind.InvalidRequest, "The body is null.");
        }
        catch (JsonException wrong)
        {
            throw new ProblemException(ProblemKind.InvalidRequest, $"The body does not fit: {wrong.Say()}") { Where = wrong.Path };
        }
    }

    /// <summary>What is wrong with JSON, in words for whoever sent it: the serialiser's, without the position, and without names of types, which are nobody's business.</summary>
    public static string Say(this JsonException wrong)
    {
        if (wrong.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal)) return "the value is of another kind than is taken here.";
        var path = wrong.Message.IndexOf(" Path: ", StringComparison.Ordinal);
        return Room().Replace(path < 0 ? wrong.Message : wrong.Message[..path], "");
    }

    /// <summary>What the server found wrong with a body while it was read: too large, or not framed as HTTP asks.</summary>
    public static ProblemException Problem(this BadHttpRequestException wrong) => wrong.StatusCode == StatusCodes.Status413PayloadTooLarge
        ? new(ProblemKind.BodyTooLarge, "The body is larger than is taken here.")
        : new(ProblemKind.InvalidRequest, "The body ended early or was not framed as HTTP asks.");

    private static ProblemException NotJson() => new(ProblemKind.UnsupportedMediaType, "The body is application/json.") { Expected = ["application/json"] };

    private static ProblemException TooLarge(int largest) => new(ProblemKind.BodyTooLarge, $"The body is larger than {largest} bytes.");

    [GeneratedRegex(@"\b(System|Serverless)\.(\w+\.)*", RegexOptions.CultureInvariant)]
    private static partial Regex Room();
}
