using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Serverless.Core.Problems;
using Serverless.Services.Http;

namespace Serverless.Services.Inference;

/// <summary>A request's whole body in one piece: in the pipe's own memory where it fits, else in a rented array. Disposing gives either back.</summary>
internal struct RequestBody : IDisposable
{
    // Kestrel's default; the embedded host sets more, the isolated worker does not.
    private const long ServersOwnLimit = 30_000_000;

    private PipeReader? pipe;
    private ReadOnlySequence<byte> held;
    private byte[]? rented;
    private ReadOnlyMemory<byte> bytes;

    /// <summary>The body, decompressed.</summary>
    public readonly ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>Reads a body.</summary>
    /// <exception cref="ProblemException">It is larger than <paramref name="limit"/>, as sent or as decompressed.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, long limit, CancellationToken cancel)
    {
        if (request.ContentLength > limit) throw TooLarge(limit);
        if (request.ContentLength is null or > ServersOwnLimit) LiftServersLimit(request, limit);
        try
        {
            var body = await ReadPlainAsync(request, limit, cancel);
            return request.Headers.ContentEncoding.Count == 0 ? body : Decompress(body, request.Headers.ContentEncoding.ToString(), limit);
        }
        catch (BadHttpRequestException error)
        {
            throw error.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge(limit) : error.Problem();
        }
    }

    private static void LiftServersLimit(HttpRequest request, long limit)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server) server.MaxRequestBodySize = limit + 1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        pipe?.AdvanceTo(held.End);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        (pipe, rented) = (null, null);
    }

    private static async ValueTask<RequestBody> ReadPlainAsync(HttpRequest request, long limit, CancellationToken cancel)
    {
        var pipe = request.BodyReader;
        while (true)
        {
            var read = await pipe.ReadAsync(cancel);
            var buffer = read.Buffer;
            if (buffer.Length > limit)
            {
                pipe.AdvanceTo(buffer.End);
                throw TooLarge(limit);
            }
            if (read.IsCompleted || buffer.Length == request.ContentLength) return Take(pipe, buffer);
            pipe.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static RequestBody Take(PipeReader pipe, ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsSingleSegment) return new() { pipe = pipe, held = buffer, bytes = buffer.First };
        var rented = ArrayPool<byte>.Shared.Rent((int)buffer.Length);
        buffer.CopyTo(rented);
        var length = (int)buffer.Length;
        pipe.AdvanceTo(buffer.End);
        return new() { rented = rented, bytes = rented.AsMemory(0, length) };
    }

    private static RequestBody Decompress(RequestBody packed, string encoding, long limit)
    {
        using (packed)
        {
            if (encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)) encoding = "";
            using Stream source = new MemoryStream(packed.bytes.ToArray(), writable: false);
            using Stream? plain = encoding.ToUpperInvariant() switch
            {
                "" => source,
                "GZIP" or "X-GZIP" => new GZipStream(source, CompressionMode.Decompress),
                "DEFLATE" => new ZLibStream(source, CompressionMode.Decompress),
                _ => throw new ProblemException(ProblemKind.UnsupportedMediaType, "Content-Encoding may be gzip, deflate or identity.") { Where = "Content-Encoding" },
            };
            return Unpack(plain, limit);
        }
    }

    private static RequestBody Unpack(Stream plain, long limit)
    {
        var rented = ArrayPool<byte>.Shared.Rent(16 << 10);
        var length = 0;
        try
        {
            int read;
            while ((read = plain.Read(rented, length, rented.Length - length)) > 0)
            {
                length += read;
                if (length > limit) throw TooLarge(limit);
                if (length == rented.Length) rented = Enlarge(rented);
            }
        }
        catch (Exception error)
        {
            ArrayPool<byte>.Shared.Return(rented);
            if (error is InvalidDataException) throw new ProblemException(ProblemKind.InvalidRequest, "The body is not compressed as its Content-Encoding says.");
            throw;
        }
        return new() { rented = rented, bytes = rented.AsMemory(0, length) };
    }

    private static byte[] Enlarge(byte[] full)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, full.Length * 2L));
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    private static ProblemException TooLarge(long limit) =>
        new(ProblemKind.BodyTooLarge, $"The body is larger than the {limit} bytes that this model's policy takes.");
}
