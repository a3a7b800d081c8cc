using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Azure.Storage.Blobs;
using ParquetSharp;

namespace Serverless.Services.Predictions;

/// <summary>Reads a compacted file by row group: only the columns that are asked for are fetched.</summary>
internal sealed class PartSource(BlobContainerClient container, PartFile file, ReadReport report)
{
    private const int TailBytes = 128 << 10;

    // To open a file is to parse all of its footer: one serves group after group.
    private readonly ConcurrentBag<OpenPart> open = [];
    private int left;
    // Whose variants need not be read to know that there is no shadow among them.
    private HashSet<int> unfollowed = [];
    private (long Start, byte[] Bytes) tail;

    public string Path => file.Path;

    /// <summary>The row groups whose statistics do not rule them out.</summary>
    public async Task<IReadOnlyList<int>> GroupsAsync(PredictionQuery query, PredictionId? id, CancellationToken cancel)
    {
        var start = Math.Max(0, file.Length - TailBytes);
        using var stream = Stream();
        await stream.FetchAsync([(start, file.Length)], cancel);
        var bytes = new byte[file.Length - start];
        stream.Position = start;
        stream.ReadExactly(bytes);
        tail = (start, bytes);
        stream.Position = 0;
        using var properties = ReaderProperties.WithMemoryPool(NativeMemory.Pool);
        using var reader = new ParquetFileReader(stream, properties, leaveOpen: true);
        int[] groups = [.. Enumerable.Range(0, reader.FileMetaData.NumRowGroups).Where(group => PartStatistics.MayHold(reader, group, query, id))];
        left = groups.Length;
        if (query.LeavesShadows && !query.Wants(LogColumns.Variant)) unfollowed = [.. groups.Where(group => !PartStatistics.MayHoldShadows(reader, group))];
        return groups;
    }

    /// <summary>One row group's batches.</summary>
    public async IAsyncEnumerable<RecordBatch> ReadAsync(int group, Func<string, bool> wanted, [EnumeratorCancellation] CancellationToken cancel)
    {
        var needed = unfollowed.Contains(group) ? column => column != LogColumns.Variant && wanted(column) : wanted;
        if (!open.TryTake(out var part)) part = new(Stream(seeded: true));
        var whole = false;
        try
        {
            await foreach (var batch in part.ReadAsync(group, needed, cancel)) yield return batch;
            whole = true;
        }
        finally
        {
            if (whole) open.Add(part);
            else part.Dispose();
            if (Interlocked.Decrement(ref left) <= 0)
                while (open.TryTake(out var done)) done.Dispose();
        }
    }

    private SparseStream Stream(bool seeded = false)
    {
        var stream = new SparseStream(container.GetBlobClient(file.Path), file.Length, file.Tag, report);
        if (seeded) stream.Seed(tail.Start, tail.Bytes);
        return stream;
    }
}
