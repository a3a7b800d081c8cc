using Apache.Arrow;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>
/// Writes Arrow batches as one Parquet file. Each column's encoding is chosen by its first rows: a dictionary where values repeat;
/// bytes split by position where floating-point values do not; shared prefixes left out where texts rise as ids do. Zstandard at its fastest over all.
/// </summary>
internal sealed class PartWriter(Stream target) : IDisposable
{
    private const int GroupRows = 65_536;
    private const int SampleRows = 16_384;
    // With more different values than this among a row group's, a dictionary costs more than it saves.
    private const double MaximumDistinct = GroupRows / 8;

    private readonly List<RecordBatch> sample = [];
    private int sampled;
    private WriterProperties? properties;
    private ArrowWriterProperties? arrow;
    private FileWriter? writer;

    public long Rows { get; private set; }

    public void Write(RecordBatch batch)
    {
        Rows += batch.Length;
        if (writer is not null)
        {
            writer.WriteBufferedRecordBatch(batch);
            return;
        }
        sample.Add(batch);
        sampled += batch.Length;
        if (sampled >= SampleRows) Begin();
    }

    public void Close()
    {
        if (sample.Count > 0) Begin();
        writer?.Close();
    }

    public void Dispose()
    {
        writer?.Dispose();
        arrow?.Dispose();
        properties?.Dispose();
    }

    private void Begin()
    {
        using var builder = new WriterPropertiesBuilder();
        builder.MemoryPool(NativeMemory.Pool).Compression(Compression.Zstd).CompressionLevel(1).MaxRowGroupLength(GroupRows).CreatedBy("Serverless MLOps");
        for (var at = 0; at < sample[0].ColumnCount; at++) Encode(builder, sample[0].Schema.GetFieldByIndex(at).Name, [.. sample.Select(batch => batch.Column(at))]);
        properties = builder.Build();
        using var arrowBuilder = new ArrowWriterPropertiesBuilder();
        arrow = arrowBuilder.UseThreads(true).Build();
        writer = new FileWriter(target, sample[0].Schema, properties, arrow, leaveOpen: true);
        foreach (var batch in sample) writer.WriteBufferedRecordBatch(batch);
        sample.Clear();
    }

    private void Encode(WriterPropertiesBuilder builder, string column, IArrowArray[] values)
    {
        var path = values[0] is ListArray ? $"{column}.list.item" : column;
        if (column == LogColumns.Id) builder.DisableDictionary(path).Encoding(path, Encoding.DeltaByteArray);
        else if (column == LogColumns.Time) builder.DisableDictionary(path).Encoding(path, Encoding.DeltaBinaryPacked);
        else if (!Repeats(values))
        {
            builder.DisableDictionary(path);
            if (values[0] is FloatArray or DoubleArray) builder.Encoding(path, Encoding.ByteStreamSplit);
        }
    }

    private bool Repeats(IArrowArray[] values) => values[0] switch
    {
        FloatArray => Few(values.SelectMany(array => ((FloatArray)array).Values.ToArray())),
        DoubleArray => Few(values.SelectMany(array => ((DoubleArray)array).Values.ToArray())),
        Int64Array => Few(values.SelectMany(array => ((Int64Array)array).Values.ToArray())),
        Int32Array => Few(values.SelectMany(array => ((Int32Array)array).Values.ToArray())),
        StringArray => Few(values.SelectMany(array => Enumerable.Range(0, array.Length).Select(row => ((StringArray)array).GetString(row)))),
        ListArray => false,
        _ => true,
    };

    // As many different values as a sample of this size shows when all together there are the most that are worth it.
    private bool Few<T>(IEnumerable<T> values) =>
        values.Distinct().Count() <= MaximumDistinct * (1 - Math.Exp(-sampled / MaximumDistinct));
}
