using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Serverless.Services.Predictions;

/// <summary>Reads a fresh blob window by window. What is torn, damaged or foreign is told and passed over.</summary>
internal sealed class FreshSource(BlobContainerClient container, FreshFile file, ReadReport report)
{
    private const int WindowBytes = 8 << 20;
    private const int MaximumBlock = 128 << 20;

    private readonly BlobClient blob = container.GetBlobClient(file.Path);
    private FreshSchema? schema;

    /// <summary>The whole blocks from a position on.</summary>
    public async IAsyncEnumerable<FreshBlock> BlocksAsync(long from, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (from > 0) await ReadSchemaAsync(cancel);
        var window = WindowBytes;
        for (var position = from; position < file.Length;)
        {
            var bytes = await FetchAsync(position, Math.Min(window, file.Length - position), cancel);
            var used = 0;
            var needed = 0;
            while (used < bytes.Length && (needed = Step(bytes, ref used, position, out var block)) == 0)
                if (block is not null) yield return block;
            position += used;
            window = Math.Max(WindowBytes, needed);
        }
    }

    // 0 when a block or a stretch without one was passed; else the bytes that its window must have.
    private int Step(ReadOnlyMemory<byte> bytes, ref int used, long position, out FreshBlock? block)
    {
        block = null;
        var (rest, at) = (bytes[used..], position + used);
        if (Frame.Open(rest.Span, out var flaw) is { } frame)
        {
            used += Frame.HeadBytes + frame.Length;
            block = Read(frame, rest.Slice(Frame.HeadBytes, frame.Length), at);
            return 0;
        }
        if (Frame.Needed(rest.Span) is var needed && needed > rest.Length && needed <= Math.Min(MaximumBlock, file.Length - at)) return needed;
        var next = Frame.Next(bytes.Span, used + 1);
        Tell(at, position + next, flaw!);
        used = next;
        return 0;
    }

    private FreshBlock? Read(Frame frame, ReadOnlyMemory<byte> payload, long at)
    {
        if (frame.Kind == FrameKind.Schema)
        {
            schema = ReadSchema(payload, at);
            return null;
        }
        if (schema is null)
        {
            Tell(at, at + Frame.HeadBytes + payload.Length, "no schema stands before these rows");
            return null;
        }
        return new(schema, payload, frame.Rows, frame.Sequence, at);
    }

    private async Task ReadSchemaAsync(CancellationToken cancel)
    {
        var bytes = await FetchAsync(0, Math.Min(WindowBytes, file.Length), cancel);
        if (Frame.Open(bytes, out _) is { Kind: FrameKind.Schema } frame) schema = ReadSchema(bytes.AsMemory(Frame.HeadBytes, frame.Length), 0);
    }

    private FreshSchema? ReadSchema(ReadOnlyMemory<byte> payload, long at)
    {
        try
        {
            return FreshSchema.FromPayload(payload.Span);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidDataException)
        {
            Tell(at, at + Frame.HeadBytes + payload.Length, "a schema does not read");
            return null;
        }
    }

    private void Tell(long from, long to, string what) => report.Add(new(file.Path, from, to, what));

    private async Task<byte[]> FetchAsync(long position, long length, CancellationToken cancel)
    {
        if (length == 0) return [];
        var answer = await blob.DownloadContentAsync(new BlobDownloadOptions { Range = new HttpRange(position, length) }, cancel);
        report.Fetched(length);
        return answer.Value.Content.ToArray();
    }
}

/// <summary>One whole block of rows.</summary>
internal sealed record FreshBlock(FreshSchema Schema, ReadOnlyMemory<byte> Payload, int Rows, long Sequence, long At);
