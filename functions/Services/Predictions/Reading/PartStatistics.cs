using ParquetSharp;
using Serverless.Core.Registry;
using Encoding = System.Text.Encoding;

namespace Serverless.Services.Predictions;

/// <summary>What a row group's statistics rule out.</summary>
internal static class PartStatistics
{
    public static bool MayHold(ParquetFileReader reader, int group, PredictionQuery query, PredictionId? id)
    {
        using var rows = reader.RowGroup(group);
        var schema = reader.FileMetaData.Schema;
        for (var at = 0; at < schema.NumColumns; at++)
        {
            using var path = schema.Column(at).Path;
            if (Test(path.ToDotString(), query, id) is not { } test) continue;
            using var chunk = rows.MetaData.GetColumnChunkMetaData(at);
            using var statistics = chunk.Statistics;
            if (statistics is { HasMinMax: true } && !test(statistics)) return false;
        }
        return true;
    }

    private static readonly byte[] Shadow = Encoding.UTF8.GetBytes(TrafficShadow.Variant);

    /// <summary>Whether a row group may hold what shadows said.</summary>
    public static bool MayHoldShadows(ParquetFileReader reader, int group)
    {
        using var rows = reader.RowGroup(group);
        var schema = reader.FileMetaData.Schema;
        for (var at = 0; at < schema.NumColumns; at++)
        {
            using var path = schema.Column(at).Path;
            if (path.ToDotString() != LogColumns.Variant) continue;
            using var chunk = rows.MetaData.GetColumnChunkMetaData(at);
            using var statistics = chunk.Statistics;
            return statistics is not { HasMinMax: true } || Holds(statistics, Shadow);
        }
        return false;
    }

    private static Func<Statistics, bool>? Test(string column, PredictionQuery query, PredictionId? id) => column switch
    {
        LogColumns.Id when id is { } one => statistics => Holds(statistics, Encoding.ASCII.GetBytes(one.ToString())),
        LogColumns.Time => statistics => statistics is not Statistics<long> times ||
            (times.Max >= query.From.ToUnixTimeMilliseconds() && times.Min < query.To.ToUnixTimeMilliseconds()),
        LogColumns.Version when query.Version is { } version => statistics => Holds(statistics, version),
        LogColumns.Status when query.Status is { } status => statistics => Holds(statistics, status),
        LogColumns.Variant when query.LeavesShadows => statistics => !HoldsOnly(statistics, Shadow),
        LogColumns.Variant when query.Variant is { } variant => statistics => Holds(statistics, Encoding.UTF8.GetBytes(variant)),
        _ => null,
    };

    private static bool Holds(Statistics statistics, int value) => statistics is not Statistics<int> numbers || (numbers.Min <= value && value <= numbers.Max);

    private static bool Holds(Statistics statistics, byte[] value) => statistics is not Statistics<ByteArray> texts ||
        (Bytes(texts.Min).SequenceCompareTo(value) <= 0 && Bytes(texts.Max).SequenceCompareTo(value) >= 0);

    private static bool HoldsOnly(Statistics statistics, byte[] value) => statistics is Statistics<ByteArray> { NullCount: 0 } texts &&
        Bytes(texts.Min).SequenceEqual(value) && Bytes(texts.Max).SequenceEqual(value);

    private static unsafe ReadOnlySpan<byte> Bytes(ByteArray array) => new((void*)array.Pointer, array.Length);
}
