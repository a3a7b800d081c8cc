using System.Globalization;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Inference;

/// <summary>Sends a response that is whole, in one write.</summary>
internal static class ResponseSending
{
    private static readonly StringValues Json = "application/json";
    private static readonly StringValues Octets = "application/octet-stream";

    /// <summary>Headers and body.</summary>
    public static ValueTask SendAsync(HttpContext context, InferenceCall call, int compressFrom, CancellationToken cancel)
    {
        var response = context.Response;
        var body = call.Response;
        response.Headers.ContentType = body.Binary ? Octets : Json;
        if (body.Binary) response.Headers["Inference-Header-Content-Length"] = body.JsonLength.ToString(CultureInfo.InvariantCulture);
        IdHeader.Set(response, call.Ids);
        response.Headers["x-model-version"] = call.Servable.NumberText;
        if (call.Traffic is not null) response.Headers["x-model-variant"] = call.Route.Variant;
        var accepted = context.Request.Headers.AcceptEncoding;
        if (accepted.Count > 0 && body.Length >= compressFrom && Choose(accepted.ToString()) is { } encoding)
            return new(SendCompressedAsync(response, body, encoding, cancel));
        response.ContentLength = body.Length;
        var write = response.BodyWriter.WriteAsync(body.Written, cancel);
        if (!write.IsCompletedSuccessfully) return new(write.AsTask());
        _ = write.Result;
        return default;
    }

    private static async Task SendCompressedAsync(HttpResponse response, ResponseBuffer body, string encoding, CancellationToken cancel)
    {
        using var packed = new MemoryStream();
        using (Stream stream = encoding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest, true) : new ZLibStream(packed, CompressionLevel.Fastest, true))
            stream.Write(body.Written.Span);
        response.Headers.ContentEncoding = encoding;
        response.Headers.Vary = "Accept-Encoding";
        response.ContentLength = packed.Length;
        await response.BodyWriter.WriteAsync(packed.GetBuffer().AsMemory(0, (int)packed.Length), cancel);
    }

    private static string? Choose(string accepted)
    {
        string? chosen = null;
        foreach (var part in accepted.Split(',', StringSplitOptions.TrimEntries))
        {
            var name = part.Split(';')[0].TrimEnd();
            var refused = part.Contains("q=0", StringComparison.OrdinalIgnoreCase) && !part.Contains("q=0.", StringComparison.OrdinalIgnoreCase);
            if (refused) continue;
            if (name.Equals("gzip", StringComparison.OrdinalIgnoreCase)) return "gzip";
            if (name.Equals("deflate", StringComparison.OrdinalIgnoreCase)) chosen = "deflate";
        }
        return chosen;
    }
}
