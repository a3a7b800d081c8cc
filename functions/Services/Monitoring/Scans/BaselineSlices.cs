using System.Buffers;
using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;
using Serverless.Services.Monitoring.Baselines;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>A baseline's columns by segment while a scan compares with them.</summary>
internal sealed class BaselineSlices(IMemoryOwner<byte> bytes, IEnumerable<BaselineColumn> columns) : IDisposable
{
    private readonly Dictionary<(string Column, string Segment), (BaselineColumn Column, SlicePlace Place)> places =
        SegmentFile.Places(bytes.Memory.Span).Join(columns, place => place.Column, column => column.Name, (place, column) => (Column: column, Place: place))
            .ToDictionary(slice => (slice.Column.Watched, $"{slice.Place.Key}={slice.Place.Value}"));

    /// <summary>A column in a segment, <c>country=DE</c>; null when the baseline has no such slice.</summary>
    public FeatureColumn? Read(string column, string segment) => places.TryGetValue((column, segment), out var slice)
        ? ColumnFile.Read(column, slice.Column.Type, bytes.Memory.Span.Slice(slice.Place.Offset, slice.Place.Length)).Values
        : null;

    /// <summary>Gives the bytes' memory back.</summary>
    public void Dispose() => bytes.Dispose();
}
