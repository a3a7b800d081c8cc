using System.Globalization;
using Apache.Arrow;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>
/// Writes Arrow batches as one Parquet file. Each column's encoding is chosen by its first rows: a dictionary where values repeat;
/// bytes split by position where floating-point values do not; shared prefixes left out where texts rise as ids do. Zstandard at its fastest over all.
/// </summary>
internal sealed class PartWriter : IDisposable
{
    private const int GroupRows = 262_144;
    private const int SampleRows = 16_384;
    private const int RepeatingShare = 4;

    private readonly WriterProperties properties;
    private readonly ArrowWriterProperties arrow;
    private readonly FileWriter writer;

    /// <param name="target">Takes the file; stays open.</param>
    /// <param name="sample">The first rows.</param>
    public PartWriter(Stream target, RecordBatch sample)
    {
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(Compression.Zstd).CompressionLevel(1).MaxRowGroupLength(GroupRows).CreatedBy("Serverless MLOps");
        for (var at = 0; at < sample.ColumnCount; at++) Encode(builder, sample.Schema.GetFieldByIndex(at).Name, sample.Column(at));
        properties = builder.Build();
        using var arrowBuilder = new ArrowWriterPropertiesBuilder();
        arrow = arrowBuilder.UseThreads(true).Build();
        writer = new FileWriter(target, sample.Schema, properties, arrow, leaveOpen: true);
    }

    public long Rows { get; private set; }

    public void Write(RecordBatch batch)
    {
        writer.WriteBufferedRecordBatch(batch);
        Rows += batch.Length;
    }

    public void Close() => writer.Close();

    public void Dispose()
    {
        writer.Dispose();
        arrow.Dispose();
        properties.Dispose();
    }

    private static void Encode(WriterPropertiesBuilder builder, string column, IArrowArray sample)
    {
        var path = sample is ListArray ? string.Create(CultureInfo.InvariantCulture, $"{column}.list.item") : column;
        if (column == LogColumns.Id) builder.DisableDictionary(path).Encoding(path, Encoding.DeltaByteArray);
        else if (column == LogColumns.Time) builder.DisableDictionary(path).Encoding(path, Encoding.DeltaBinaryPacked);
        else if (!Repeats(sample))
        {
            builder.DisableDictionary(path);
            if (sample is FloatArray or DoubleArray) builder.Encoding(path, Encoding.ByteStreamSplit);
        }
    }

    private static bool Repeats(IArrowArray array)
    {
        var rows = Math.Min(array.Length, SampleRows);
        return array switch
        {
            FloatArray floats => Few(floats.Values[..rows]),
            DoubleArray doubles => Few(doubles.Values[..rows]),
            Int64Array longs => Few(longs.Values[..rows]),
            Int32Array ints => Few(ints.Values[..rows]),
            StringArray texts => Enumerable.Range(0, rows).Select(row => texts.GetString(row)).Distinct().Count() <= Limit(rows),
            ListArray => false,
            _ => true,
        };
    }

    private static bool Few<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        var distinct = new HashSet<T>();
        foreach (var value in values) distinct.Add(value);
        return distinct.Count <= Limit(values.Length);
    }

    // A handful of rows tells nothing: then a dictionary, which falls back by itself.
    private static int Limit(int rows) => Math.Max(rows / RepeatingShare, 64);
}
