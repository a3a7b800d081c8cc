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
    private const int SchemaBytes = 64 << 10;
    private const int MaximumBlock = 128 << 20;

    private readonly BlobClient blob = container.GetBlobClient(file.Path);
    private FreshSchema? schema;

    /// <summary>Up to where the blob was read.</summary>
    public long Position { get; private set; }

    /// <summary>The whole blocks that begin from one position on and before another.</summary>
    public async IAsyncEnumerable<FreshBlock> BlocksAsync(long from, long to, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (from > 0) await SchemaAsync(cancel);
        var window = WindowBytes;
        for (Position = from; Position < to;)
        {
            var bytes = await FetchAsync(Position, Math.Min(window, file.Length - Position), cancel);
            var (start, used, needed) = (Position, 0, 0);
            while (used < bytes.Length && start + used < to && (needed = Step(bytes, ref used, start, out var block)) == 0)
                if (block is not null) yield return block;
            Position = start + used;
            window = Math.Max(WindowBytes, needed);
        }
    }

    /// <summary>What the blob says of its columns; null when it does not.</summary>
    public async Task<FreshSchema?> SchemaAsync(CancellationToken cancel)
    {
        var bytes = await FetchAsync(0, Math.Min(SchemaBytes, file.Length), cancel);
        if (Frame.Needed(bytes) is var needed && needed > bytes.Length && needed <= file.Length) bytes = await FetchAsync(0, needed, cancel);
        if (Frame.Open(bytes, out _) is { Kind: FrameKind.Schema } frame) schema = ReadSchema(bytes.AsMemory(Frame.HeadBytes, frame.Length), 0);
        return schema;
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
        using var answer = (await blob.DownloadStreamingAsync(new BlobDownloadOptions { Range = new HttpRange(position, length) }, cancel)).Value;
        // Not rented: batches keep parts of it.
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        await answer.Content.ReadExactlyAsync(bytes, cancel);
        report.Fetched(length);
        return bytes;
    }
}

/// <summary>One whole block of rows.</summary>
internal sealed record FreshBlock(FreshSchema Schema, ReadOnlyMemory<byte> Payload, int Rows, long Sequence, long At);
