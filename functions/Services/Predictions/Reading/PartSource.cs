using System.Runtime.CompilerServices;
using Apache.Arrow;
using Azure.Storage.Blobs;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>Reads a compacted file by row group: only the columns that are asked for are fetched.</summary>
internal sealed class PartSource(BlobContainerClient container, PartFile file, ReadReport report)
{
    private const int TailBytes = 128 << 10;
    private const int BatchRows = 65_536;

    private readonly BlobClient blob = container.GetBlobClient(file.Path);
    private (long Start, byte[] Bytes) tail;

    public string Path => file.Path;

    /// <summary>The row groups whose statistics do not rule them out.</summary>
    public async Task<IReadOnlyList<int>> GroupsAsync(PredictionQuery query, PredictionId? id, CancellationToken cancel)
    {
        var start = Math.Max(0, file.Length - TailBytes);
        using var stream = new SparseStream(blob, file.Length, file.Tag, report);
        await stream.FetchAsync([(start, file.Length)], cancel);
        var bytes = new byte[file.Length - start];
        stream.Position = start;
        stream.ReadExactly(bytes);
        tail = (start, bytes);
        stream.Position = 0;
        using var reader = new ParquetFileReader(stream, leaveOpen: true);
        return [.. Enumerable.Range(0, reader.FileMetaData.NumRowGroups).Where(group => PartStatistics.MayHold(reader, group, query, id))];
    }

    /// <summary>One row group's batches.</summary>
    public async IAsyncEnumerable<RecordBatch> ReadAsync(int group, Func<string, bool> wanted, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var stream = new SparseStream(blob, file.Length, file.Tag, report);
        stream.Seed(tail.Start, tail.Bytes);
        using var properties = ReaderProperties.GetDefaultReaderProperties();
        using var arrow = ArrowReaderProperties.GetDefault();
        arrow.BatchSize = BatchRows;
        arrow.PreBuffer = false;
        using var reader = new FileReader(stream, properties, arrow, leaveOpen: true);
        var columns = Columns(reader.ParquetReader, wanted);
        if (columns.Length == 0) yield break;
        await stream.FetchAsync(Stretches(reader.ParquetReader, group, columns), cancel);
        using var batches = reader.GetRecordBatchReader([group], columns);
        while (await batches.ReadNextRecordBatchAsync(cancel) is { } batch) yield return batch;
    }

    private static int[] Columns(ParquetFileReader reader, Func<string, bool> wanted)
    {
        var schema = reader.FileMetaData.Schema;
        return [.. Enumerable.Range(0, schema.NumColumns).Where(at =>
        {
            using var path = schema.Column(at).Path;
            return wanted(path.ToDotVector()[0]);
        })];
    }

    // Chunks lie one after the other behind the magic, as our writer lays them. Were one elsewhere, the stream would fetch it when asked.
    private static List<(long, long)> Stretches(ParquetFileReader reader, int group, int[] columns)
    {
        var stretches = new List<(long, long)>(columns.Length);
        var start = 4L;
        for (var before = 0; before <= group; before++)
        {
            using var rows = reader.RowGroup(before);
            for (var column = 0; column < rows.MetaData.NumColumns; column++)
            {
                using var chunk = rows.MetaData.GetColumnChunkMetaData(column);
                if (before == group && System.Array.BinarySearch(columns, column) >= 0) stretches.Add((start, start + chunk.TotalCompressedSize));
                start += chunk.TotalCompressedSize;
            }
        }
        return stretches;
    }
}
