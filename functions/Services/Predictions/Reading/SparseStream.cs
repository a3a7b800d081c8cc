using System.Buffers;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Serverless.Core.Statistics;

namespace Serverless.Services.Predictions;

/// <summary>A blob as a stream for Parquet's reader: the stretches that it will ask for are fetched before, side by side; any other is fetched when asked. Its memory is rented, so that a long read leaves little behind.</summary>
internal sealed class SparseStream(BlobClient blob, long length, ETag tag, ReadReport report) : Stream
{
    // Stretches with less between them than this are fetched as one: a request costs more than the bytes.
    private const int Gap = 256 << 10;
    private const int AtOnce = 4;

    private readonly List<Stretch> stretches = [];

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    /// <summary>A stretch that is known already.</summary>
    public void Seed(long start, byte[] bytes) => stretches.Add(new(start, bytes, bytes.Length, Rented: false));

    /// <summary>Fetches stretches, those that lie near one another by one request; each is kept in memory of its own, since pooled arrays come in powers of two.</summary>
    public Task FetchAsync(IEnumerable<(long Start, long End)> wanted, CancellationToken cancel) =>
        Parallel.ForEachAsync(Merge(wanted.Where(stretch => Find(stretch.Start, stretch.End) is null)), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, FetchAsync);

    private async ValueTask FetchAsync(List<(long Start, long End)> near, CancellationToken cancel)
    {
        using var answer = (await blob.DownloadStreamingAsync(Options(near[0].Start, near.Max(stretch => stretch.End)), cancel)).Value;
        var at = near[0].Start;
        foreach (var (start, end) in near.Where(stretch => stretch.End > stretch.Start))
        {
            await SkipAsync(answer.Content, start - at, cancel);
            await answer.Content.ReadExactlyAsync(Rent(start, end).Memory, cancel);
            at = end;
        }
    }

    private static async ValueTask SkipAsync(Stream content, long bytes, CancellationToken cancel)
    {
        if (bytes == 0) return;
        var waste = ArrayPool<byte>.Shared.Rent((int)bytes);
        await content.ReadExactlyAsync(waste.AsMemory(0, (int)bytes), cancel);
        ArrayPool<byte>.Shared.Return(waste);
    }

    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, length - Position);
        if (wanted <= 0) return 0;
        var stretch = Find(Position, Position + wanted) ?? Fetch(Position, Position + wanted);
        stretch.Memory.Span.Slice((int)(Position - stretch.Start), wanted).CopyTo(buffer);
        Position += wanted;
        return wanted;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        SeekOrigin.End => length + offset,
        _ => throw new ArgumentOutOfRangeException(nameof(origin)),
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // A part that is rewritten meanwhile answers 412: never half of one and half of another.
    private BlobDownloadOptions Options(long start, long end) => new()
    {
        Range = new HttpRange(start, end - start),
        Conditions = new BlobRequestConditions { IfMatch = tag },
    };

    private Stretch? Find(long start, long end)
    {
        lock (stretches)
            foreach (var stretch in stretches)
                if (stretch.Start <= start && end <= stretch.Start + stretch.Length) return stretch;
        return null;
    }

    private Stretch Fetch(long start, long end)
    {
        using var answer = blob.DownloadStreaming(Options(start, end)).Value;
        var stretch = Rent(start, end);
        answer.Content.ReadExactly(stretch.Memory.Span);
        return stretch;
    }

    // Known before it is filled, so that it is given back whatever happens; nobody reads while stretches are fetched.
    private Stretch Rent(long start, long end)
    {
        var stretch = new Stretch(start, ColumnMemory.Rent<byte>((int)(end - start)), (int)(end - start), Rented: true);
        report.Fetched(stretch.Length);
        lock (stretches) stretches.Add(stretch);
        return stretch;
    }

    private static List<List<(long Start, long End)>> Merge(IEnumerable<(long Start, long End)> wanted)
    {
        var merged = new List<List<(long Start, long End)>>();
        foreach (var stretch in wanted.OrderBy(stretch => stretch.Start))
            if (merged.Count > 0 && stretch.Start - merged[^1][^1].End <= Gap) merged[^1].Add(stretch);
            else merged.Add([stretch]);
        return merged;
    }

    /// <summary>Gives back what was fetched; what was known from the start stays.</summary>
    public void Forget()
    {
        lock (stretches)
        {
            foreach (var stretch in stretches.Where(stretch => stretch.Rented)) ColumnMemory.Return(stretch.Bytes);
            stretches.RemoveAll(stretch => stretch.Rented);
        }
    }

    protected override void Dispose(bool disposing)
    {
        Forget();
        base.Dispose(disposing);
    }

    private readonly record struct Stretch(long Start, byte[] Bytes, int Length, bool Rented)
    {
        public Memory<byte> Memory => Bytes.AsMemory(0, Length);
    }
}
