using System.Numerics;
using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Core.Statistics;

namespace Serverless.Services.Monitoring.SageMaker;

/// <summary><c>statistics.json</c> of SageMaker Model Monitor, written from profiles and read into what it promises.</summary>
public static class SageMakerStatistics
{
    /// <summary>Labels of a column that are written, the most frequent first.</summary>
    public const int Labels = 1000;

    private const string File = "statistics.json";
    private const int Buckets = 10;

    /// <summary>The file in UTF-8. NaN and infinite values count as missing, for the file has no other place for them.</summary>
    public static byte[] Write(IReadOnlyList<NamedProfile> columns) => JsonSerializer.SerializeToUtf8Bytes(
        new StatisticsWire(0, new(columns.Count == 0 ? 0 : columns.Max(column => column.Rows)), [.. columns.Select(Feature)]), SageMakerJson.Wire.StatisticsWire);

    /// <summary>What the file promises: type, completeness, range and labels as they were seen. Unknown fields are let pass.</summary>
    /// <exception cref="ProblemException">A field is missing, of another type, or contradicts another; the problem says where.</exception>
    public static ImportedBaseline Read(ReadOnlySpan<byte> utf8)
    {
        var file = SageMakerFile.Read(utf8, SageMakerJson.Wire.StatisticsWire, File);
        if (file.Features is null)
            throw SageMakerFile.Wrong(File, "/features", "a list of columns is needed");
        SageMakerFile.CheckNames(file.Features.Select(feature => feature?.Name), File);
        return new(file.Dataset?.ItemCount, [.. file.Features.Select(Expected)]);
    }

    private static FeatureStatisticsWire Feature(NamedProfile column) => new(column.Name, column.Type)
    {
        NumericalStatistics = column.Numbers is { } numbers ? Numbers(numbers) : null,
        StringStatistics = column.Labels is { } labels ? Text(labels) : null,
    };

    private static NumericalWire Numbers(ColumnProfile profile)
    {
        var moments = profile.Moments;
        var common = new CommonWire(moments.Count, profile.Rows - moments.Count);
        return moments.Count == 0 ? new(common) : new(common)
        {
            Mean = moments.Mean, Sum = Finite(moments.Mean * moments.Count), StdDev = Finite(Math.Sqrt(moments.Second / moments.Count)),
            Min = profile.Minimum, Max = profile.Maximum, Distribution = new(Kll(profile)),
        };
    }

    private static KllWire Kll(ColumnProfile profile)
    {
        var kept = profile.Quantiles.Weighted();
        double low = profile.Minimum!.Value, high = profile.Maximum!.Value;
        double[] edges = [.. Enumerable.Range(0, Buckets).Select(i => low + i * ((high / Buckets) - (low / Buckets))), high];
        long[] below = [0, .. edges[1..^1].Select(edge => kept.TakeWhile(value => value.Value < edge).Sum(value => value.Weight)), profile.Quantiles.Count];
        var levels = kept.Max(value => BitOperations.Log2((ulong)value.Weight)) + 1;
        return new([.. Enumerable.Range(0, Buckets).Select(i => new KllBucketWire(edges[i], edges[i + 1], below[i + 1] - below[i]))],
            new(new(2.0 / 3, 1024), [.. Enumerable.Range(0, levels).Select(level => (IReadOnlyList<double>)[.. kept.Where(value => value.Weight == 1L << level).Select(value => value.Value)])]));
    }

    private static StringWire Text(LabelProfile profile) => new(new CommonWire(profile.Count, profile.Missing))
    {
        DistinctCount = Math.Round(profile.Distinct),
        Distribution = new(new CategoricalWire([.. profile.Labels.Top.Take(Labels).Select(label => new CategoryWire(label.Value, label.Count))])),
    };

    private static ExpectedColumn Expected(FeatureStatisticsWire feature, int at)
    {
        var (numbers, text) = (feature.NumericalStatistics, feature.StringStatistics);
        var where = $"/features/{at}/{(numbers is null ? "string" : "numerical")}_statistics";
        var common = numbers?.Common ?? text?.Common;
        var (present, missing) = common is null ? (0, 0) : (Count(common.NumPresent, $"{where}/common"), Count(common.NumMissing, $"{where}/common"));
        return new(feature.Name, feature.InferredType)
        {
            Completeness = present + missing > 0 ? (double)present / (present + missing) : null,
            Counts = common is null ? null : (present, missing),
            Points = Points(numbers?.Distribution?.Kll?.Sketch?.Data, present),
            Minimum = Finite(numbers?.Min), Maximum = Finite(numbers?.Max), Distinct = Finite(text?.DistinctCount),
            Buckets = numbers?.Distribution?.Kll?.Buckets is { } buckets ? Ascending(buckets, $"{where}/distribution/kll/buckets") : null,
            Labels = text?.Distribution?.Categorical?.Buckets is { } labels ? Counts(labels, common is null ? long.MaxValue : present, $"{where}/distribution/categorical/buckets") : null,
        };
    }

    // Beyond 2^53 a number is no exact count.
    private static long Count(double count, string where) => count is >= 0 and <= 1L << 53 && double.IsInteger(count) ? (long)count : throw SageMakerFile.Wrong(File, where, "counts are whole numbers from 0 to 2^53");

    // A value of level i stands for 2^i.
    private static (double, double)[]? Points(IReadOnlyList<IReadOnlyList<double>>? levels, double present)
    {
        (double Value, double Weight)[] points = [.. (levels ?? []).SelectMany((level, at) => (level ?? []).Select(value => (value, Math.ScaleB(1, at)))).OrderBy(point => point.value)];
        return points.Length > 0 && points.All(point => double.IsFinite(point.Value)) && Math.Abs(points.Sum(point => point.Weight) - present) <= present / 100 ? points : null;
    }

    private static ValueBucket[] Ascending(IReadOnlyList<KllBucketWire> buckets, string where)
    {
        var low = double.NegativeInfinity;
        foreach (var (bucket, at) in buckets.Select((bucket, at) => (bucket, at)))
        {
            if (!(double.IsFinite(bucket.LowerBound) && double.IsFinite(bucket.UpperBound) && bucket.LowerBound >= low && bucket.UpperBound >= bucket.LowerBound))
                throw SageMakerFile.Wrong(File, $"{where}/{at}", "bounds are finite and ascend, within a bucket and from one to the next");
            Count(bucket.Count, $"{where}/{at}/count");
            low = bucket.UpperBound;
        }
        return [.. buckets.Select(bucket => new ValueBucket(bucket.LowerBound, bucket.UpperBound, bucket.Count))];
    }

    private static Dictionary<string, double> Counts(IReadOnlyList<CategoryWire> labels, long present, string where)
    {
        var counts = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (label, i) in labels.Select((label, i) => (label, i)))
        {
            if (label?.Value is null || !counts.TryAdd(label.Value, Count(label.Count, $"{where}/{i}/count")))
                throw SageMakerFile.Wrong(File, $"{where}/{i}", "a label is a text, and occurs once");
        }
        return counts.Values.Sum() <= present ? counts : throw SageMakerFile.Wrong(File, where, $"the labels' counts add up to more than the {present} values that there are");
    }

    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;
}
