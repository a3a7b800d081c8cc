using System.Text.Json;
using System.Text.Json.Serialization;
using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Scans;

namespace Serverless.Services.Monitoring.Baselines;

/// <summary>
/// A baseline's columns again, by segment, so that each slice of a window is judged against the same slice of the baseline: the slices as <see cref="ColumnFile"/>
/// writes them, one after the other, and where each lies; at the end how long that list is.
/// </summary>
internal static class SegmentFile
{
    /// <summary>Of more values of a segment key the rest are left out; scans look at as many.</summary>
    public const int MostValues = WindowRows.SegmentsAKey;

    // A scan holds the file while it compares slices. Beyond it a uniform sample of the rows is kept.
    private const long MostBytes = 32 << 20;

    // The list of places is read before any slice.
    private const int LengthBytes = sizeof(int);

    /// <summary>Writes the slices of all columns that scans watch; null where there is no segment.</summary>
    public static (IReadOnlyList<BaselineSegment> Segments, byte[]? Bytes) Write(IReadOnlyDictionary<string, LabelColumn> keys, IReadOnlyList<GatheredColumn> columns, int kept)
    {
        if (keys.Count == 0 || columns.Count == 0) return ([], null);
        using var stream = new MemoryStream();
        var places = new List<SlicePlace>();
        var picked = Picked(kept, keys.Count * columns.Count);
        var segments = keys.Select(key => new BaselineSegment(key.Key, key.Value.Distinct, Values(key.Key, key.Value, columns, picked, stream, places))).ToArray();
        var list = JsonSerializer.SerializeToUtf8Bytes(places, SegmentJson.Default.ListSlicePlace);
        stream.Write(list);
        stream.Write(BitConverter.GetBytes(list.Length));
        return (segments, stream.ToArray());
    }

    /// <summary>Writes a key's slices; the rows of each value that has them.</summary>
    private static Dictionary<string, long> Values(string key, LabelColumn labels, IReadOnlyList<GatheredColumn> columns, bool[]? picked, MemoryStream stream, List<SlicePlace> places)
    {
        var values = new Dictionary<string, long>();
        foreach (var (label, all) in labels.Groups(1, MostValues))
        {
            int[] rows = [.. all.Where(row => picked is null || picked[row])];
            var slices = Slices(columns, rows);
            // Numbers fit by the choice of rows; long labels may not.
            if (rows.Length == 0 || stream.Length + slices.Sum(slice => (long)slice.Bytes.Length) > MostBytes) continue;
            values[label] = rows.Length;
            foreach (var (column, bytes) in slices)
            {
                places.Add(new(key, label, column, (int)stream.Position, bytes.Length));
                stream.Write(bytes);
            }
        }
        return values;
    }

    /// <summary>Where each slice lies.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    public static IReadOnlyList<SlicePlace> Places(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes[^(BitConverter.ToInt32(bytes[^LengthBytes..]) + LengthBytes)..^LengthBytes], SegmentJson.Default.ListSlicePlace)!;
        }
        catch (Exception damage) when (damage is JsonException or ArgumentException)
        {
            throw new InvalidDataException("The baseline's segments are damaged.", damage);
        }
    }

    private static (string Column, byte[] Bytes)[] Slices(IReadOnlyList<GatheredColumn> columns, int[] rows) =>
        [.. columns.AsParallel().AsOrdered().Select(column =>
        {
            using var values = column.Values(rows);
            return (column.Name, ColumnFile.Write(new(column.Name, column.Type, values) { Rows = rows.Length, Missing = values.Missing }));
        })];

    /// <summary>Which kept rows the slices hold; null for all.</summary>
    private static bool[]? Picked(int kept, int columns)
    {
        var most = (int)Math.Min(int.MaxValue, MostBytes / sizeof(double) / columns);
        if (kept <= most) return null;
        var picked = new bool[kept];
        foreach (var row in new RowSampler(kept, most).Next(kept)) picked[row] = true;
        return picked;
    }
}

/// <summary>Where a slice lies.</summary>
/// <param name="Key">The segment's key.</param>
/// <param name="Value">Its value.</param>
/// <param name="Column">The column's name in the table.</param>
/// <param name="Offset">From the file's start.</param>
/// <param name="Length">Bytes.</param>
internal sealed record SlicePlace(string Key, string Value, string Column, int Offset, int Length);

/// <summary>Places in segment files.</summary>
[JsonSerializable(typeof(List<SlicePlace>))]
internal sealed partial class SegmentJson : JsonSerializerContext;
