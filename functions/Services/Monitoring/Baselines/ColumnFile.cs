using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;

namespace Serverless.Services.Monitoring.Baselines;

/// <summary>
/// A baseline's column as bytes: a version, the counts, the values and a checksum. Numbers are sorted, four bytes each where that is exact, otherwise eight; labels
/// are texts with their counts. Little-endian.
/// </summary>
internal static class ColumnFile
{
    private const byte Version = 1, Singles = 1, Doubles = 2, Labels = 3;

    public static byte[] Write(WindowColumn column)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Version);
        foreach (var count in (ReadOnlySpan<long>)[column.Rows, column.Missing + column.Mistyped, column.NotANumber, column.Infinite])
            writer.Write(count);
        if (column.Values.Labels is { } labels) WriteLabels(writer, labels);
        else WriteNumbers(writer, column.Values.Sorted);
        writer.Flush();
        writer.Write(XxHash3.HashToUInt64(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    /// <summary>A column from its bytes.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged or of another version.</exception>
    public static WindowColumn Read(string name, ColumnType type, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 42 || bytes[0] != Version || XxHash3.HashToUInt64(bytes[..^8]) != BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..]))
            throw new InvalidDataException($"The baseline's column {name} is damaged, or of another version.");
        var counts = MemoryMarshal.Cast<byte, long>(bytes[1..33]);
        var (rows, missing, strange, endless) = (counts[0], counts[1], counts[2], counts[3]);
        var values = bytes[33] switch
        {
            Singles => Wide(MemoryMarshal.Cast<byte, float>(bytes[34..^8]), missing),
            Doubles => FeatureColumn.OfSorted(MemoryMarshal.Cast<byte, double>(bytes[34..^8]).ToArray(), missing),
            _ => FeatureColumn.OfCounts(ReadLabels(new(new MemoryStream(bytes[34..^8].ToArray()), Encoding.UTF8)), missing),
        };
        return new(name, type, values) { Rows = rows, Missing = missing, NotANumber = strange, Infinite = endless };
    }

    private static void WriteNumbers(BinaryWriter writer, ReadOnlySpan<double> sorted)
    {
        var singles = new float[sorted.Length];
        var exact = true;
        for (var at = 0; at < singles.Length && exact; at++)
        {
            singles[at] = (float)sorted[at];
            exact = singles[at] == sorted[at];
        }
        writer.Write(exact ? Singles : Doubles);
        writer.Write(exact ? MemoryMarshal.AsBytes(singles.AsSpan()) : MemoryMarshal.AsBytes(sorted));
    }

    private static void WriteLabels(BinaryWriter writer, IReadOnlyDictionary<string, long> labels)
    {
        writer.Write(Labels);
        writer.Write(labels.Count);
        foreach (var (label, count) in labels.OrderBy(label => label.Key, StringComparer.Ordinal))
        {
            writer.Write(label);
            writer.Write(count);
        }
    }

    private static List<KeyValuePair<string, long>> ReadLabels(BinaryReader reader)
    {
        var labels = new List<KeyValuePair<string, long>>();
        for (var left = reader.ReadInt32(); left > 0; left--)
            labels.Add(new(reader.ReadString(), reader.ReadInt64()));
        return labels;
    }

    private static FeatureColumn Wide(ReadOnlySpan<float> values, long missing)
    {
        var wide = ColumnMemory.Rent<double>(values.Length);
        System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(values, wide.AsSpan());
        return FeatureColumn.OfRented(wide, values.Length, missing);
    }
}
