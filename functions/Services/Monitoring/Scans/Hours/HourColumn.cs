using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>One column of an hour, or of several, in a profile: of numbers, or of labels; of neither where no row has it.</summary>
/// <param name="Name">Its plain name.</param>
/// <param name="Stated">The type that was stated when it was read.</param>
internal sealed record HourColumn(string Name, ColumnType? Stated)
{
    /// <summary>Its numbers, with bins where the reference has them.</summary>
    public ColumnProfile? Numbers { get; init; }

    /// <summary>Its labels.</summary>
    public LabelProfile? Labels { get; init; }

    /// <summary>Of a column's values, counted between edges where they are numbers.</summary>
    public static HourColumn Of(string name, ColumnType? stated, FeatureColumn values, double[] edges)
    {
        if (values.Labels is { } counts)
        {
            var labels = new LabelProfile();
            foreach (var (label, count) in counts) labels.Add(label, count);
            labels.Add(null, values.Missing);
            return new(name, stated) { Labels = labels };
        }
        var numbers = new ColumnProfile(edges);
        numbers.Add(values.Sorted);
        numbers.AddMissing(values.Missing);
        return new(name, stated) { Numbers = numbers };
    }

    /// <summary>Whether it was read, and counted, as is wanted now.</summary>
    public bool Serves(ColumnType? stated, ReadOnlySpan<double> edges) => stated == Stated && (Numbers is null || Numbers.Edges.SequenceEqual(edges));

    /// <summary>Whether it tells its cells as the values would: there are no more labels, or values that are cells of their own, than a profile tells apart.</summary>
    public bool IsExact => Numbers is { } numbers ? numbers.Edges.Length > 0 || numbers.Frequent.Error == 0 : Labels is { IsExact: true };

    /// <summary>Both hours' together; null where one holds numbers and the other labels: only the values tell what the column is then.</summary>
    public HourColumn? With(HourColumn other)
    {
        if (Numbers is null && Labels is null) return other;
        if (other.Numbers is { } numbers && Numbers is not null) Numbers.Merge(numbers);
        else if (other.Labels is { } labels && Labels is not null) Labels.Merge(labels);
        else if (other.Numbers is not null || other.Labels is not null) return null;
        return this;
    }
}
