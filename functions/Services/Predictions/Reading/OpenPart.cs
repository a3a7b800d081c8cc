using System.Runtime.CompilerServices;
using Apache.Arrow;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>A compacted file whose footer has been parsed; it reads one row group after the other.</summary>
internal sealed class OpenPart : IDisposable
{
    private const int BatchRows = 8_192;

    private readonly SparseStream stream;
    private readonly ReaderProperties properties;
    private readonly ArrowReaderProperties arrow;
    private readonly FileReader reader;
    private readonly string[] names;
    private readonly long[] starts;

    /// <param name="stream">The file; it becomes this object's.</param>
    public OpenPart(SparseStream stream)
    {
        this.stream = stream;
        properties = ReaderProperties.WithMemoryPool(NativeMemory.Pool);
        arrow = ArrowReaderProperties.GetDefault();
        arrow.BatchSize = BatchRows;
        arrow.PreBuffer = false;
        reader = new FileReader(stream, properties, arrow, leaveOpen: true);
        names = Names(reader.ParquetReader);
        starts = Starts(reader.ParquetReader, names.Length);
    }

    public async IAsyncEnumerable<RecordBatch> ReadAsync(int group, Func<string, bool> wanted, [EnumeratorCancellation] CancellationToken cancel)
    {
        int[] columns = [.. Enumerable.Range(0, names.Length).Where(column => wanted(names[column]))];
        if (columns.Length == 0) yield break;
        await stream.FetchAsync(columns.Select(column => group * names.Length + column).Select(chunk => (starts[chunk], starts[chunk + 1])), cancel);
        using (var batches = reader.GetRecordBatchReader([group], columns))
            while (await batches.ReadNextRecordBatchAsync(cancel) is { } batch) yield return batch;
        stream.Forget();
    }

    public void Dispose()
    {
        reader.Dispose();
        arrow.Dispose();
        properties.Dispose();
        stream.Dispose();
    }

    private static string[] Names(ParquetFileReader reader)
    {
        var schema = reader.FileMetaData.Schema;
        return [.. Enumerable.Range(0, schema.NumColumns).Select(at =>
        {
            using var path = schema.Column(at).Path;
            return path.ToDotVector()[0];
        })];
    }

    // Chunks lie one after the other behind the magic, as our writer lays them. Were one elsewhere, the stream would fetch it when asked.
    private static long[] Starts(ParquetFileReader reader, int columns)
    {
        var starts = new List<long> { 4 };
        for (var group = 0; group < reader.FileMetaData.NumRowGroups; group++)
        {
            using var rows = reader.RowGroup(group);
            for (var column = 0; column < columns; column++)
            {
                using var chunk = rows.MetaData.GetColumnChunkMetaData(column);
                starts.Add(starts[^1] + chunk.TotalCompressedSize);
            }
        }
        return [.. starts];
    }
}
