using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Serverless.Services.Predictions;

/// <summary>A blob as a stream for Parquet's reader: the stretches that it will ask for are fetched before, side by side; any other is fetched when asked.</summary>
internal sealed class SparseStream(BlobClient blob, long length, ETag tag, ReadReport report) : Stream
{
    // Stretches with less between them than this are fetched as one: a request costs more than the bytes.
    private const int Gap = 256 << 10;
    private const int AtOnce = 4;

    private readonly List<(long Start, byte[] Bytes)> stretches = [];

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    /// <summary>A stretch that is known already.</summary>
    public void Seed(long start, byte[] bytes) => stretches.Add((start, bytes));

    public async Task FetchAsync(IEnumerable<(long Start, long End)> wanted, CancellationToken cancel)
    {
        var merged = Merge(wanted.Where(stretch => Find(stretch.Start, stretch.End) is null));
        await Parallel.ForEachAsync(merged, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (stretch, inner) =>
        {
            var answer = await blob.DownloadContentAsync(Options(stretch.Start, stretch.End), inner);
            Keep(stretch.Start, answer.Value.Content.ToArray());
        });
    }

    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, length - Position);
        if (wanted <= 0) return 0;
        var (start, bytes) = Find(Position, Position + wanted) ?? Keep(Position, blob.DownloadContent(Options(Position, Position + wanted)).Value.Content.ToArray());
        bytes.AsSpan((int)(Position - start), wanted).CopyTo(buffer);
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

    private (long Start, byte[] Bytes)? Find(long start, long end)
    {
        lock (stretches)
            foreach (var stretch in stretches)
                if (stretch.Start <= start && end <= stretch.Start + stretch.Bytes.Length) return stretch;
        return null;
    }

    private (long Start, byte[] Bytes) Keep(long start, byte[] bytes)
    {
        report.Fetched(bytes.Length);
        lock (stretches) stretches.Add((start, bytes));
        return (start, bytes);
    }

    private static List<(long Start, long End)> Merge(IEnumerable<(long Start, long End)> wanted)
    {
        var merged = new List<(long Start, long End)>();
        foreach (var stretch in wanted.OrderBy(stretch => stretch.Start))
            if (merged.Count > 0 && stretch.Start - merged[^1].End <= Gap) merged[^1] = (merged[^1].Start, Math.Max(merged[^1].End, stretch.End));
            else merged.Add(stretch);
        return merged;
    }
}
